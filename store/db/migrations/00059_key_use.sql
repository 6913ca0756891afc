-- When an API key was used last, to the hour: 0 is never.

-- +goose Up
ALTER TABLE api_keys ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE api_keys DROP COLUMN used_at;
