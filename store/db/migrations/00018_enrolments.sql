-- Who let a phone be bound to an account, and the code that proves that its holder reads what goes to the account.

-- +goose Up
ALTER TABLE enrolments ADD COLUMN authority TEXT NOT NULL DEFAULT 'first';
ALTER TABLE enrolments ADD COLUMN approval TEXT NOT NULL DEFAULT '';      -- that authorises it
ALTER TABLE enrolments ADD COLUMN asked TEXT NOT NULL DEFAULT '';         -- the account whose phones are asked
ALTER TABLE enrolments ADD COLUMN recovery TEXT NOT NULL DEFAULT '';      -- that authorises it
ALTER TABLE enrolments ADD COLUMN replaces TEXT NOT NULL DEFAULT '';      -- the device that ends when this one is confirmed
ALTER TABLE enrolments ADD COLUMN proof_account TEXT NOT NULL DEFAULT ''; -- whose number or address gets the code
ALTER TABLE enrolments ADD COLUMN proof_method TEXT NOT NULL DEFAULT '';  -- sms or email; '': no code is needed
ALTER TABLE enrolments ADD COLUMN proof_mac BYTEA;                        -- of the newest code
ALTER TABLE enrolments ADD COLUMN proof_sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE enrolments ADD COLUMN proof_sent_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrolments ADD COLUMN proof_failures INTEGER NOT NULL DEFAULT 0;

-- An approval authorises one enrolment. The page of a first login may begin again: it is held to what its approval activated.
CREATE UNIQUE INDEX enrolments_approval ON enrolments (approval) WHERE approval <> '' AND authority <> 'login';

-- A way back for somebody whose phone is lost: announced, open after a while, good for one enrolment, stopped by anybody
-- of the account until then.
CREATE TABLE recoveries (
    id          TEXT PRIMARY KEY,
    tenant      TEXT NOT NULL REFERENCES tenants (id),
    application TEXT NOT NULL REFERENCES applications (id),
    account     TEXT NOT NULL REFERENCES accounts (id),
    created_at  BIGINT NOT NULL,
    opens_at    BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    stopped_at  BIGINT NOT NULL DEFAULT 0,
    used_at     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX recoveries_account ON recoveries (account);

-- +goose Down
DROP TABLE recoveries;
DROP INDEX enrolments_approval;
DELETE FROM enrolments WHERE status = 'waiting';
ALTER TABLE enrolments DROP COLUMN proof_failures;
ALTER TABLE enrolments DROP COLUMN proof_sent_at;
ALTER TABLE enrolments DROP COLUMN proof_sent;
ALTER TABLE enrolments DROP COLUMN proof_mac;
ALTER TABLE enrolments DROP COLUMN proof_method;
ALTER TABLE enrolments DROP COLUMN proof_account;
ALTER TABLE enrolments DROP COLUMN replaces;
ALTER TABLE enrolments DROP COLUMN recovery;
ALTER TABLE enrolments DROP COLUMN asked;
ALTER TABLE enrolments DROP COLUMN approval;
ALTER TABLE enrolments DROP COLUMN authority;
