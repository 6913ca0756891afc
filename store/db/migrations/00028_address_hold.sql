-- A changed e-mail address confirms nothing for a while, like a changed number, and each by itself: until now phone_changed_at
-- stood for both. What is held then stays held, by the number and by the address.

-- +goose Up
ALTER TABLE accounts ADD COLUMN email_changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE accounts SET email_changed_at = phone_changed_at;

-- +goose Down
ALTER TABLE accounts DROP COLUMN email_changed_at;
