-- Times are microseconds since 1970 in UTC; 0 is "never". BYTEA and BOOLEAN mean on SQLite what they mean on Postgres.

-- +goose Up
CREATE TABLE tenants (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE applications (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenants (id),
    name       TEXT NOT NULL,
    origins    TEXT NOT NULL, -- a JSON array
    digits     INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX applications_tenant ON applications (tenant);
CREATE TABLE api_keys (
    id          TEXT PRIMARY KEY,
    application TEXT NOT NULL REFERENCES applications (id),
    scopes      TEXT NOT NULL, -- separated by commas
    hash        BYTEA NOT NULL UNIQUE,
    created_at  BIGINT NOT NULL,
    revoked_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX api_keys_application ON api_keys (application);
CREATE TABLE accounts (
    id          TEXT PRIMARY KEY,
    tenant      TEXT NOT NULL REFERENCES tenants (id),
    external_id TEXT NOT NULL,
    label       TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    deleted_at  BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX accounts_external ON accounts (tenant, external_id) WHERE deleted_at = 0;

-- +goose Down
DROP TABLE accounts;
DROP TABLE api_keys;
DROP TABLE applications;
DROP TABLE tenants;
