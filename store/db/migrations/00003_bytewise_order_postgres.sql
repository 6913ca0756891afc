-- Accounts are paged by external_id: the order must be that of the bytes, whatever locale the database has.

-- +goose Up
ALTER TABLE accounts ALTER COLUMN external_id TYPE TEXT COLLATE "C";

-- +goose Down
ALTER TABLE accounts ALTER COLUMN external_id TYPE TEXT;
