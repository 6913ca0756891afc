-- Confirmation by code. The row of a method is updated first by whoever guesses, sends, activates or removes, so that
-- all of them wait for each other.

-- +goose Up
CREATE TABLE methods (
    account      TEXT NOT NULL REFERENCES accounts (id),
    method       TEXT NOT NULL,
    active_since BIGINT NOT NULL DEFAULT 0, -- 0: not active; only its failures count
    activated_by TEXT NOT NULL DEFAULT '',  -- the approval whose page activated it; empty: a login service did
    failures     INTEGER NOT NULL DEFAULT 0, -- consecutive ones, over all approvals
    paused_until BIGINT NOT NULL DEFAULT 0,
    disabled_at  BIGINT NOT NULL DEFAULT 0,
    used_at      BIGINT NOT NULL DEFAULT 0,
    secret       BYTEA,                     -- totp: the key, sealed; recovery: the salt of its codes
    last_step    BIGINT NOT NULL DEFAULT 0, -- totp: the newest time step that was used
    PRIMARY KEY (account, method)
);

-- A method that is being activated, by a login service or by the page of one approval.
CREATE TABLE activations (
    account    TEXT NOT NULL REFERENCES accounts (id),
    method     TEXT NOT NULL,
    approval   TEXT NOT NULL, -- empty: by a login service
    secret     BYTEA,         -- totp: the key, sealed
    address    BYTEA,         -- sealed, where the person gave one; NULL: the account's own
    mac        BYTEA,         -- of the code that was sent; NULL for totp
    sent       INTEGER NOT NULL,
    sent_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account, method, approval)
);
CREATE INDEX activations_expiry ON activations (expires_at);

-- The newest code of an approval by each method; the ones before it do not exist any more.
CREATE TABLE codes (
    approval   TEXT NOT NULL,
    method     TEXT NOT NULL,
    account    TEXT NOT NULL REFERENCES accounts (id),
    mac        BYTEA NOT NULL,
    sent       INTEGER NOT NULL,
    sent_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (approval, method)
);
CREATE INDEX codes_account ON codes (account);
CREATE INDEX codes_expiry ON codes (expires_at);

CREATE TABLE recovery_codes (
    account TEXT NOT NULL REFERENCES accounts (id),
    hash    BYTEA NOT NULL, -- with the salt of the method
    used_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account, hash)
);
CREATE TABLE bypass_codes (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES accounts (id),
    mac        BYTEA NOT NULL,
    reason     TEXT NOT NULL,
    uses       INTEGER NOT NULL, -- left
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX bypass_codes_account ON bypass_codes (account);

-- +goose Down
DROP TABLE bypass_codes;
DROP TABLE recovery_codes;
DROP TABLE codes;
DROP TABLE activations;
DROP TABLE methods;
