-- +goose Up
CREATE TABLE installations (
    id              TEXT PRIMARY KEY,
    thumbprint      TEXT NOT NULL UNIQUE,
    platform        TEXT NOT NULL,
    os_version      TEXT NOT NULL,
    model           TEXT NOT NULL,
    language        TEXT NOT NULL,
    screen_lock     BOOLEAN NOT NULL,
    notifications   BOOLEAN NOT NULL,
    address         BYTEA, -- sealed
    address_version BIGINT NOT NULL DEFAULT 0,
    address_at      BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL
);
CREATE TABLE devices (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL REFERENCES accounts (id),
    installation TEXT NOT NULL REFERENCES installations (id),
    holder       TEXT NOT NULL,
    label        TEXT NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX devices_account ON devices (account);
CREATE INDEX devices_installation ON devices (installation);

-- A device stands and falls with its one credential: the status is kept here and nowhere else, in the row that
-- every decision of the device updates first.
CREATE TABLE credentials (
    id              BYTEA PRIMARY KEY,
    device          TEXT NOT NULL UNIQUE REFERENCES devices (id),
    account         TEXT NOT NULL REFERENCES accounts (id),
    public_key      BYTEA NOT NULL,
    sign_count      BIGINT NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    aaguid          BYTEA,
    attestation     TEXT NOT NULL,
    status          TEXT NOT NULL,
    failures        INTEGER NOT NULL DEFAULT 0, -- consecutive wrong numbers
    enrolled_at     BIGINT NOT NULL DEFAULT 0,
    used_at         BIGINT NOT NULL DEFAULT 0,
    ended_at        BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX credentials_account ON credentials (account);

CREATE TABLE enrolments (
    id            TEXT PRIMARY KEY,
    tenant        TEXT NOT NULL REFERENCES tenants (id),
    application   TEXT NOT NULL REFERENCES applications (id),
    account       TEXT NOT NULL REFERENCES accounts (id),
    device        TEXT NOT NULL UNIQUE, -- reserved; the row comes with completion
    challenge     BYTEA NOT NULL,
    code_hash     BYTEA NOT NULL UNIQUE,
    status        TEXT NOT NULL,
    thumbprint    TEXT NOT NULL DEFAULT '',
    confirmations INTEGER NOT NULL DEFAULT 0, -- wrong ones
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL
);
CREATE INDEX enrolments_account ON enrolments (account);

-- +goose Down
DROP TABLE enrolments;
DROP TABLE credentials;
DROP TABLE devices;
DROP TABLE installations;
