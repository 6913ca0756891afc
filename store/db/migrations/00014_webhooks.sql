-- Locks are taken in the order delivery, endpoint, secret, outbox. A deleted endpoint leaves its deliveries to the
-- retention: nobody sees or sends them.

-- +goose Up
CREATE TABLE webhook_endpoints (
    id            TEXT PRIMARY KEY,
    tenant        TEXT NOT NULL REFERENCES tenants (id),
    url           TEXT NOT NULL,
    description   TEXT NOT NULL,
    events        TEXT NOT NULL, -- types, separated by commas; '': all
    disabled      TEXT NOT NULL DEFAULT '', -- why; '': it is enabled
    disabled_at   BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT NOT NULL DEFAULT 0, -- 0: the newest attempt did not fail
    secrets       INTEGER NOT NULL DEFAULT 1, -- made so far
    request_key   BYTEA, -- hash of the Idempotency-Key; NULL: came without
    request       BYTEA, -- hash of what was asked for with it
    created_at    BIGINT NOT NULL
);
CREATE INDEX webhook_endpoints_tenant ON webhook_endpoints (tenant);
CREATE UNIQUE INDEX webhook_endpoints_request ON webhook_endpoints (request_key) WHERE request_key IS NOT NULL;

CREATE TABLE webhook_secrets (
    endpoint TEXT NOT NULL,
    number   INTEGER NOT NULL,
    sealed   BYTEA NOT NULL,
    until    BIGINT NOT NULL DEFAULT 0, -- 0: the current one
    PRIMARY KEY (endpoint, number)
);

CREATE TABLE webhook_deliveries (
    id           TEXT PRIMARY KEY,
    endpoint     TEXT NOT NULL,
    event        TEXT NOT NULL, -- the outbox row, or the ping
    type         TEXT NOT NULL,
    payload      TEXT NOT NULL, -- ids and plain facts
    state        TEXT NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_at      BIGINT NOT NULL,
    leased_until BIGINT NOT NULL DEFAULT 0,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    UNIQUE (endpoint, event)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, next_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (endpoint, created_at, id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at, id);

CREATE TABLE webhook_attempts (
    delivery TEXT NOT NULL,
    number   INTEGER NOT NULL,
    at       BIGINT NOT NULL,
    took     BIGINT NOT NULL, -- microseconds
    status   INTEGER NOT NULL, -- 0: there was no answer
    reason   TEXT NOT NULL, -- why there was none
    PRIMARY KEY (delivery, number)
);

-- +goose Down
DROP TABLE webhook_attempts;
DROP TABLE webhook_deliveries;
DROP TABLE webhook_secrets;
DROP TABLE webhook_endpoints;
