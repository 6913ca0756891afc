-- The audit log. Entries are only ever inserted; the personal data beside them can be erased.

-- +goose Up
CREATE TABLE audit_chains ( -- where each tenant's chain ends
    tenant          TEXT PRIMARY KEY,
    sequence        BIGINT NOT NULL,
    hash            BYTEA NOT NULL,
    signed_sequence BIGINT NOT NULL DEFAULT 0, -- of the last signed head
    signed_at       BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE audit_entries (
    tenant      TEXT NOT NULL,
    sequence    BIGINT NOT NULL,
    id          TEXT NOT NULL,
    application TEXT NOT NULL,
    account     TEXT NOT NULL,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,
    actor       TEXT NOT NULL,
    data        TEXT NOT NULL, -- a JSON object
    at          BIGINT NOT NULL,
    commitments TEXT NOT NULL, -- a JSON object
    previous    BYTEA NOT NULL,
    hash        BYTEA NOT NULL,
    PRIMARY KEY (tenant, sequence)
);
CREATE INDEX audit_entries_account ON audit_entries (tenant, account, sequence);
CREATE INDEX audit_entries_subject ON audit_entries (tenant, subject, sequence);
CREATE INDEX audit_entries_kind ON audit_entries (tenant, kind, sequence);
CREATE INDEX audit_entries_at ON audit_entries (tenant, at);

-- What opens the commitments of the entries. Value and key go together.
CREATE TABLE audit_personal (
    tenant   TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    name     TEXT NOT NULL,
    account  TEXT NOT NULL,
    at       BIGINT NOT NULL,
    value    TEXT NOT NULL,
    key      BYTEA NOT NULL,
    PRIMARY KEY (tenant, sequence, name)
);
CREATE INDEX audit_personal_account ON audit_personal (account);
CREATE INDEX audit_personal_at ON audit_personal (tenant, at);

CREATE TABLE audit_heads (
    tenant   TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    jws      TEXT NOT NULL,
    PRIMARY KEY (tenant, sequence)
);

-- Who may append. Each change of hands has a new token, so that who had the lease before appends nothing.
CREATE TABLE audit_sequencer (
    one          BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),
    token        BIGINT NOT NULL,
    leased_until BIGINT NOT NULL
);
INSERT INTO audit_sequencer (token, leased_until) VALUES (0, 0);

-- What both readers are done with goes; without this index, finding it would be a walk through all that is not done.
CREATE INDEX outbox_done ON outbox (id) WHERE sequenced_at > 0 AND followed_at > 0;

-- +goose Down
DROP INDEX outbox_done;
DROP TABLE audit_sequencer;
DROP TABLE audit_heads;
DROP TABLE audit_personal;
DROP TABLE audit_entries;
DROP TABLE audit_chains;
