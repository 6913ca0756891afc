-- One row that is locked by whoever applies what an organisation says about itself, before anything else. Tenants are known by
-- their names there, and a name that nobody has yet has no row to wait at.

-- +goose Up
CREATE TABLE organisation_lock (
    one BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one)
);
INSERT INTO organisation_lock (one) VALUES (TRUE);

-- +goose Down
DROP TABLE organisation_lock;
