-- Where people look after their own account. A session begins as a one-time address that the login service got, and is a browser's from when
-- that was opened. It is forgotten a day after it began: until then the request for it may be repeated.

-- +goose Up
CREATE TABLE portal_sessions (
    id           TEXT PRIMARY KEY,
    tenant       TEXT NOT NULL REFERENCES tenants (id),
    application  TEXT NOT NULL REFERENCES applications (id),
    account      TEXT NOT NULL REFERENCES accounts (id),
    code_hash    BYTEA NOT NULL UNIQUE, -- of what makes the address a secret
    secret_hash  BYTEA UNIQUE,          -- of the browser's cookie; NULL until the address was opened
    request_key  BYTEA UNIQUE,          -- hash of the Idempotency-Key with whose it is; NULL: none
    request_hash BYTEA,
    return_url   TEXT NOT NULL,
    locale       TEXT NOT NULL,
    page         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    opens_until  BIGINT NOT NULL,
    opened_at    BIGINT NOT NULL DEFAULT 0,
    expires_at   BIGINT NOT NULL DEFAULT 0,
    ended_at     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX portal_sessions_created ON portal_sessions (created_at);
CREATE INDEX portal_sessions_account ON portal_sessions (account);

-- What somebody wants to do there, which waits for their own confirmation of the approval.
CREATE TABLE portal_steps (
    approval TEXT PRIMARY KEY,
    session  TEXT NOT NULL REFERENCES portal_sessions (id),
    kind     TEXT NOT NULL,
    subject  TEXT NOT NULL,
    about    TEXT NOT NULL, -- what people call that
    done_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX portal_steps_session ON portal_steps (session);

-- +goose Down
DROP TABLE portal_steps;
DROP TABLE portal_sessions;
