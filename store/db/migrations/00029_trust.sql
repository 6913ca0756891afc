-- A policy that came to grant less ends the trust of every browser that had been asked before, for good. One stamp of a group or an application
-- does that for all of its accounts; what was chosen for one account moves accounts.browsers_ended_at.

-- +goose Up
ALTER TABLE groups ADD COLUMN tightened_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE applications ADD COLUMN tightened_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE trusted_browsers ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0; -- when the login that was confirmed was begun
UPDATE trusted_browsers SET asked_at = confirmed_at;

-- +goose Down
ALTER TABLE trusted_browsers DROP COLUMN asked_at;
ALTER TABLE applications DROP COLUMN tightened_at;
ALTER TABLE groups DROP COLUMN tightened_at;
