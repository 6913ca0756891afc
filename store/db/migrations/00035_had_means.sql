-- had_means says that an account has had a phone or a method of its own which has ended since: whoever resets it must not make a
-- corrected number or address count at once. For accounts from before it is taken from what is still there to be seen.

-- +goose Up
ALTER TABLE accounts ADD COLUMN had_means BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE accounts SET had_means = TRUE
WHERE id IN (SELECT account FROM credentials WHERE status <> 'unconfirmed')
   OR id IN (SELECT account FROM outcomes WHERE status = 'approved' AND method IN ('push', 'passkey', 'totp', 'sms', 'email', 'recovery'));

-- +goose Down
ALTER TABLE accounts DROP COLUMN had_means;
