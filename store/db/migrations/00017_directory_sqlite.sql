-- Accounts are sought and filtered by the thousand. What is sought by is kept folded; what follows from other tables (has it a
-- phone, an authenticator app, …) is kept beside the account, by triggers, so that every filter is a walk along one index.

-- +goose Up
ALTER TABLE accounts ADD COLUMN sought_id TEXT NOT NULL DEFAULT '';    -- external_id, case folded
ALTER TABLE accounts ADD COLUMN sought_label TEXT NOT NULL DEFAULT ''; -- label, case folded
UPDATE accounts SET sought_id = lower(external_id), sought_label = lower(label);
CREATE INDEX accounts_sought_id ON accounts (tenant, sought_id) WHERE deleted_at = 0;
CREATE INDEX accounts_sought_label ON accounts (tenant, sought_label) WHERE deleted_at = 0;
CREATE INDEX accounts_in_group ON accounts (tenant, group_id, external_id) WHERE deleted_at = 0;
CREATE INDEX accounts_managed ON accounts (manager, external_id) WHERE deleted_at = 0;
CREATE INDEX accounts_interval ON accounts (tenant, interval_days, external_id) WHERE deleted_at = 0;
CREATE INDEX accounts_sms_on ON accounts (tenant, external_id) WHERE deleted_at = 0 AND sms_on;
CREATE INDEX accounts_sms_off ON accounts (tenant, external_id) WHERE deleted_at = 0 AND NOT sms_on;
CREATE INDEX accounts_with_phone ON accounts (tenant, external_id) WHERE deleted_at = 0 AND phone <> '';
CREATE INDEX accounts_without_phone ON accounts (tenant, external_id) WHERE deleted_at = 0 AND phone = '';
CREATE INDEX accounts_with_email ON accounts (tenant, external_id) WHERE deleted_at = 0 AND email <> '';
CREATE INDEX accounts_without_email ON accounts (tenant, external_id) WHERE deleted_at = 0 AND email = '';

-- What an account that is not deleted has. The row is locked after all others, for the last moments of a transaction.
CREATE TABLE account_facets (
    account     TEXT PRIMARY KEY REFERENCES accounts (id),
    tenant      TEXT NOT NULL,
    external_id TEXT NOT NULL,
    devices     INTEGER NOT NULL DEFAULT 0,       -- active ones
    push        BOOLEAN NOT NULL DEFAULT FALSE,   -- one of them can be woken
    totp        BOOLEAN NOT NULL DEFAULT FALSE,
    sms         BOOLEAN NOT NULL DEFAULT FALSE,
    email_code  BOOLEAN NOT NULL DEFAULT FALSE,
    recovery    BOOLEAN NOT NULL DEFAULT FALSE,
    used        TEXT NOT NULL DEFAULT '',         -- ids of the applications that it has ever used
    enrolled    BOOLEAN NOT NULL GENERATED ALWAYS AS (devices > 0 OR totp OR sms OR email_code OR recovery) STORED,
    touched     INTEGER NOT NULL DEFAULT 0        -- an update of it has the row counted anew
);
INSERT INTO account_facets (account, tenant, external_id) SELECT id, tenant, external_id FROM accounts WHERE deleted_at = 0;
CREATE INDEX account_facets_listed ON account_facets (tenant, external_id, used, account); -- all that "never used" asks for
CREATE INDEX account_facets_with_device ON account_facets (tenant, external_id) WHERE devices > 0;
CREATE INDEX account_facets_without_device ON account_facets (tenant, external_id) WHERE devices = 0;
CREATE INDEX account_facets_with_push ON account_facets (tenant, external_id) WHERE push;
CREATE INDEX account_facets_without_push ON account_facets (tenant, external_id) WHERE NOT push;
CREATE INDEX account_facets_with_totp ON account_facets (tenant, external_id) WHERE totp;
CREATE INDEX account_facets_without_totp ON account_facets (tenant, external_id) WHERE NOT totp;
CREATE INDEX account_facets_with_sms ON account_facets (tenant, external_id) WHERE sms;
CREATE INDEX account_facets_without_sms ON account_facets (tenant, external_id) WHERE NOT sms;
CREATE INDEX account_facets_with_email_code ON account_facets (tenant, external_id) WHERE email_code;
CREATE INDEX account_facets_without_email_code ON account_facets (tenant, external_id) WHERE NOT email_code;
CREATE INDEX account_facets_with_recovery ON account_facets (tenant, external_id) WHERE recovery;
CREATE INDEX account_facets_without_recovery ON account_facets (tenant, external_id) WHERE NOT recovery;
CREATE INDEX account_facets_with_enrolled ON account_facets (tenant, external_id) WHERE enrolled;
CREATE INDEX account_facets_without_enrolled ON account_facets (tenant, external_id) WHERE NOT enrolled;

-- +goose StatementBegin
CREATE TRIGGER account_facets_touched AFTER UPDATE OF touched ON account_facets
BEGIN
    UPDATE account_facets SET
        devices = (SELECT COUNT(*) FROM credentials c WHERE c.account = NEW.account AND c.status = 'active'),
        push = EXISTS (SELECT 1 FROM credentials c JOIN devices d ON d.id = c.device JOIN installations i ON i.id = d.installation
            WHERE c.account = NEW.account AND c.status = 'active' AND i.address IS NOT NULL),
        totp = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'totp' AND m.active_since > 0 AND m.disabled_at = 0),
        sms = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'sms' AND m.active_since > 0 AND m.disabled_at = 0),
        email_code = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'email' AND m.active_since > 0 AND m.disabled_at = 0),
        recovery = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'recovery' AND m.active_since > 0 AND m.disabled_at = 0),
        used = COALESCE((SELECT group_concat(u.application, ' ') FROM account_uses u WHERE u.account = NEW.account), '')
    WHERE account = NEW.account;
END;
-- +goose StatementEnd
UPDATE account_facets SET touched = 1;
-- +goose StatementBegin
CREATE TRIGGER account_listed AFTER INSERT ON accounts WHEN NEW.deleted_at = 0
BEGIN
    INSERT INTO account_facets (account, tenant, external_id) VALUES (NEW.id, NEW.tenant, NEW.external_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER account_unlisted AFTER UPDATE OF deleted_at ON accounts WHEN OLD.deleted_at = 0 AND NEW.deleted_at > 0
BEGIN
    DELETE FROM account_facets WHERE account = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credential_facet_added AFTER INSERT ON credentials WHEN NEW.status = 'active'
BEGIN
    UPDATE account_facets SET touched = touched + 1 WHERE account = NEW.account;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER credential_facet_changed AFTER UPDATE OF status ON credentials WHEN (OLD.status = 'active') <> (NEW.status = 'active')
BEGIN
    UPDATE account_facets SET touched = touched + 1 WHERE account = NEW.account;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER installation_facet_changed AFTER UPDATE OF address ON installations WHEN (OLD.address IS NULL) <> (NEW.address IS NULL)
BEGIN
    UPDATE account_facets SET touched = touched + 1
    WHERE account IN (SELECT d.account FROM devices d WHERE d.installation = NEW.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER method_facet_added AFTER INSERT ON methods WHEN NEW.active_since > 0
BEGIN
    UPDATE account_facets SET touched = touched + 1 WHERE account = NEW.account;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER method_facet_changed AFTER UPDATE OF active_since, disabled_at ON methods WHEN OLD.active_since <> NEW.active_since OR OLD.disabled_at <> NEW.disabled_at
BEGIN
    UPDATE account_facets SET touched = touched + 1 WHERE account = NEW.account;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER method_facet_removed AFTER DELETE ON methods
BEGIN
    UPDATE account_facets SET touched = touched + 1 WHERE account = OLD.account;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER use_facet_added AFTER INSERT ON account_uses
BEGIN
    UPDATE account_facets SET touched = touched + 1 WHERE account = NEW.account;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER use_facet_removed AFTER DELETE ON account_uses
BEGIN
    UPDATE account_facets SET touched = touched + 1 WHERE account = OLD.account;
END;
-- +goose StatementEnd

-- When somebody was asked by e-mail to enrol. No code is in it, and nobody watches whether it is read.
CREATE TABLE invitations (
    account     TEXT PRIMARY KEY REFERENCES accounts (id),
    invited_at  BIGINT NOT NULL,
    reminded_at BIGINT NOT NULL DEFAULT 0,
    reminders   INTEGER NOT NULL DEFAULT 0
);

-- What was erased of an outcome: its row stays, as the one end of its approval, and the hash of its document.
ALTER TABLE outcomes ADD COLUMN document_hash BYTEA;
ALTER TABLE outcomes ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX outcomes_kept ON outcomes (tenant, decided_at) WHERE erased_at = 0;

-- Whose personal data is being erased; outcomes are many, so that it may take more than one transaction.
CREATE TABLE erasures (
    account TEXT PRIMARY KEY REFERENCES accounts (id),
    done    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX erasures_open ON erasures (account) WHERE NOT done;

-- Who carries out what tenants say about retention: one server at a time.
CREATE TABLE retention (
    one          BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),
    leased_until BIGINT NOT NULL
);
INSERT INTO retention (leased_until) VALUES (0);

-- +goose Down
DROP TRIGGER use_facet_removed;
DROP TRIGGER use_facet_added;
DROP TRIGGER method_facet_removed;
DROP TRIGGER method_facet_changed;
DROP TRIGGER method_facet_added;
DROP TRIGGER installation_facet_changed;
DROP TRIGGER credential_facet_changed;
DROP TRIGGER credential_facet_added;
DROP TRIGGER account_unlisted;
DROP TRIGGER account_listed;
DROP TRIGGER account_facets_touched;
DROP TABLE retention;
DROP TABLE erasures;
DROP INDEX outcomes_kept;
ALTER TABLE outcomes DROP COLUMN erased_at;
ALTER TABLE outcomes DROP COLUMN document_hash;
DROP TABLE invitations;
DROP TABLE account_facets;
DROP INDEX accounts_without_email;
DROP INDEX accounts_with_email;
DROP INDEX accounts_without_phone;
DROP INDEX accounts_with_phone;
DROP INDEX accounts_sms_off;
DROP INDEX accounts_sms_on;
DROP INDEX accounts_interval;
DROP INDEX accounts_managed;
DROP INDEX accounts_in_group;
DROP INDEX accounts_sought_label;
DROP INDEX accounts_sought_id;
ALTER TABLE accounts DROP COLUMN sought_label;
ALTER TABLE accounts DROP COLUMN sought_id;
