-- An invitation is worth what its inviter may still do.

-- +goose Up
ALTER TABLE operators ADD COLUMN invited_by TEXT REFERENCES operators (id); -- NULL: by the command line, or before this was kept
CREATE INDEX operators_invited_by ON operators (invited_by);

-- +goose Down
DROP INDEX operators_invited_by;
ALTER TABLE operators DROP COLUMN invited_by;
