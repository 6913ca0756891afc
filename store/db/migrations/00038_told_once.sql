-- +goose Up
ALTER TABLE ledger_entries ADD COLUMN approval TEXT NOT NULL DEFAULT ''; -- which its code confirms; empty: none, or a notice
ALTER TABLE ledger_entries ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0; -- its code has confirmed, and its place in the daily windows is free again
ALTER TABLE trusted_browsers ADD COLUMN suspected_for TEXT NOT NULL DEFAULT ''; -- the newest approval for which the tenant was told that it may be stolen

-- +goose Down
ALTER TABLE trusted_browsers DROP COLUMN suspected_for;
ALTER TABLE ledger_entries DROP COLUMN used_at;
ALTER TABLE ledger_entries DROP COLUMN approval;
