-- +goose Up

-- How far the codes of an approval got is asked while a page waits for it.
CREATE INDEX messages_codes ON messages (approval) WHERE approval <> '';

-- +goose Down
DROP INDEX messages_codes;
