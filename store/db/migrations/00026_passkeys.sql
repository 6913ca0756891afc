-- Passkeys of browsers. They belong to the RP ID under which they were made, for good; an application that gets another one
-- has none of them.

-- +goose Up
ALTER TABLE applications ADD COLUMN rp_id TEXT NOT NULL DEFAULT ''; -- '': it offers no passkeys
CREATE TABLE passkeys (
    id              TEXT PRIMARY KEY,
    credential      BYTEA NOT NULL UNIQUE, -- as the authenticator chose it
    account         TEXT NOT NULL REFERENCES accounts (id),
    application     TEXT NOT NULL REFERENCES applications (id), -- on whose page it was made
    rp_id           TEXT NOT NULL,
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
CREATE INDEX passkeys_account ON passkeys (account);

-- +goose Down
DROP TABLE passkeys;
ALTER TABLE applications DROP COLUMN rp_id;
