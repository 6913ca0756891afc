-- Who runs the installation, or one tenant of it, in the console.

-- +goose Up
CREATE TABLE operators (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    tenant        TEXT REFERENCES tenants (id), -- NULL: all of them
    code_hash     BYTEA UNIQUE,                 -- of the link that lets them register a passkey, once; NULL: it was used
    invited_until BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    joined_at     BIGINT NOT NULL DEFAULT 0,
    used_at       BIGINT NOT NULL DEFAULT 0,
    ended_at      BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE operator_passkeys (
    id              TEXT PRIMARY KEY,
    operator        TEXT NOT NULL REFERENCES operators (id),
    credential      BYTEA NOT NULL UNIQUE, -- as the authenticator chose it
    label           TEXT NOT NULL,
    public_key      BYTEA NOT NULL,
    sign_count      BIGINT NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    backed_up       BOOLEAN NOT NULL,
    aaguid          BYTEA,
    attestation     TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    used_at         BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX operator_passkeys_operator ON operator_passkeys (operator);

CREATE TABLE operator_sessions (
    id           TEXT PRIMARY KEY,
    operator     TEXT NOT NULL REFERENCES operators (id),
    secret_hash  BYTEA NOT NULL UNIQUE, -- of the browser's cookie
    began_at     BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL -- when a passkey answered last
);
CREATE INDEX operator_sessions_operator ON operator_sessions (operator);

-- Challenges that a passkey has answered, until they have expired: no answer counts twice.
CREATE TABLE operator_challenges (
    challenge BYTEA PRIMARY KEY,
    spent_at  BIGINT NOT NULL
);

-- How often it failed lately to sign in from a place.
CREATE TABLE operator_attempts (
    source   BYTEA PRIMARY KEY, -- a hash
    began_at BIGINT NOT NULL,
    failures BIGINT NOT NULL
);

-- +goose Down
DROP TABLE operator_attempts;
DROP TABLE operator_challenges;
DROP TABLE operator_sessions;
DROP TABLE operator_passkeys;
DROP TABLE operators;
