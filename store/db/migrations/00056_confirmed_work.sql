-- Work that nobody confirmed may not ask anybody less often, at whatever part it is.

-- +goose Up
ALTER TABLE portal_work ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE portal_work DROP COLUMN confirmed;
