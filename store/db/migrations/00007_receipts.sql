-- +goose Up
CREATE TABLE receipt_keys (
    kid        TEXT PRIMARY KEY,
    jwk        BYTEA NOT NULL, -- the public key
    created_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE receipt_keys;
