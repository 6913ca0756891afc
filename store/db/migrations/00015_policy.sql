-- What tenants, applications and groups settle is kept as JSON, as package account writes it; '' is the default.

-- +goose Up
ALTER TABLE tenants ADD COLUMN policy TEXT NOT NULL DEFAULT '';
ALTER TABLE applications ADD COLUMN policy TEXT NOT NULL DEFAULT '';
UPDATE applications SET policy = CASE WHEN digits = 0 THEN '{"match":{"kind":"none"}}'
    ELSE '{"match":{"kind":"enter","digits":' || digits || '}}' END;
ALTER TABLE applications DROP COLUMN digits;
CREATE TABLE groups (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenants (id),
    name       TEXT NOT NULL,
    policy     TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    UNIQUE (tenant, name)
);
ALTER TABLE accounts ADD COLUMN group_id TEXT REFERENCES groups (id);
ALTER TABLE accounts ADD COLUMN manager TEXT REFERENCES accounts (id);
ALTER TABLE accounts ADD COLUMN phone TEXT NOT NULL DEFAULT '';  -- E.164
ALTER TABLE accounts ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN interval_days INTEGER; -- NULL: the group's default
ALTER TABLE accounts ADD COLUMN sms_on BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE accounts ADD COLUMN phone_changed_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX accounts_group ON accounts (group_id);
CREATE INDEX accounts_manager ON accounts (manager);

-- When an account last used an application, whoever confirmed.
CREATE TABLE account_uses (
    account     TEXT NOT NULL REFERENCES accounts (id),
    application TEXT NOT NULL REFERENCES applications (id),
    used_at     BIGINT NOT NULL,
    PRIMARY KEY (account, application)
);
CREATE INDEX account_uses_application ON account_uses (application, used_at);

-- +goose Down
DROP TABLE account_uses;
DROP INDEX accounts_manager;
DROP INDEX accounts_group;
ALTER TABLE accounts DROP COLUMN phone_changed_at;
ALTER TABLE accounts DROP COLUMN sms_on;
ALTER TABLE accounts DROP COLUMN interval_days;
ALTER TABLE accounts DROP COLUMN language;
ALTER TABLE accounts DROP COLUMN email;
ALTER TABLE accounts DROP COLUMN phone;
ALTER TABLE accounts DROP COLUMN manager;
ALTER TABLE accounts DROP COLUMN group_id;
DROP TABLE groups;
ALTER TABLE applications ADD COLUMN digits INTEGER NOT NULL DEFAULT 2;
ALTER TABLE applications DROP COLUMN policy;
ALTER TABLE tenants DROP COLUMN policy;
