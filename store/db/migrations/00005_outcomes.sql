-- +goose Up

-- The one end of an approval, complete in itself: the receipt is made of this row for ever, whatever becomes of
-- the device, the account and the tenant. Hence no foreign keys.
CREATE TABLE outcomes (
    approval        TEXT PRIMARY KEY,
    tenant          TEXT NOT NULL,
    application     TEXT NOT NULL,
    account         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    status          TEXT NOT NULL,
    method          TEXT NOT NULL,
    decision        TEXT NOT NULL,
    number          TEXT NOT NULL,
    device          TEXT NOT NULL,
    label           TEXT NOT NULL,
    holder          TEXT NOT NULL,
    document        BYTEA,
    credential      BYTEA, -- NULL where nobody signed, as all of the following up to the signature
    public_key      BYTEA,
    sign_count      BIGINT NOT NULL,
    backup_eligible BOOLEAN NOT NULL,
    aaguid          BYTEA,
    attestation     TEXT NOT NULL,
    enrolled_at     BIGINT NOT NULL,
    auth_data       BYTEA,
    client_data     BYTEA,
    signature       BYTEA,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    closes_at       BIGINT NOT NULL,
    decided_at      BIGINT NOT NULL
);
CREATE INDEX outcomes_decided ON outcomes (decided_at);

-- Decisions of several devices on one approval wait for each other on this row while they count.
CREATE TABLE tallies (
    approval TEXT PRIMARY KEY,
    touched  INTEGER NOT NULL
);
CREATE TABLE partial_denies (
    approval   TEXT NOT NULL,
    device     TEXT NOT NULL,
    reason     TEXT NOT NULL, -- deny: the person said so; blocked: too many wrong numbers
    decided_at BIGINT NOT NULL,
    PRIMARY KEY (approval, device)
);
CREATE TABLE wrong_numbers (
    approval TEXT NOT NULL,
    device   TEXT NOT NULL,
    number   TEXT NOT NULL,
    PRIMARY KEY (approval, device, number)
);
CREATE TABLE late_reports (
    approval    TEXT NOT NULL,
    device      TEXT NOT NULL,
    holder      TEXT NOT NULL,
    reported_at BIGINT NOT NULL,
    PRIMARY KEY (approval, device)
);

-- +goose Down
DROP TABLE late_reports;
DROP TABLE wrong_numbers;
DROP TABLE partial_denies;
DROP TABLE tallies;
DROP TABLE outcomes;
