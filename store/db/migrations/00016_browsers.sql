-- What was known when an approval was asked for, beside what was shown, as package approval writes it; '' where nothing was kept.

-- +goose Up
ALTER TABLE outcomes ADD COLUMN context TEXT NOT NULL DEFAULT '';
ALTER TABLE outcomes ADD COLUMN browser TEXT NOT NULL DEFAULT ''; -- the trusted browser by which nobody was asked
CREATE INDEX outcomes_browser ON outcomes (browser) WHERE browser <> '';
CREATE INDEX outcomes_account ON outcomes (account, decided_at);

-- A browser that confirmed. Its token is derived from the approval and not kept; what is kept is a hash.
CREATE TABLE trusted_browsers (
    id           TEXT PRIMARY KEY,
    hash         BYTEA NOT NULL UNIQUE,
    approval     TEXT NOT NULL UNIQUE, -- that it confirmed
    account      TEXT NOT NULL REFERENCES accounts (id),
    application  TEXT NOT NULL REFERENCES applications (id),
    device       TEXT NOT NULL, -- of the phone that approved; '' where it was another method
    method       TEXT NOT NULL,
    acr          TEXT NOT NULL,
    trusted_for  TEXT NOT NULL, -- the applications: an id, or the name of a set
    family       TEXT NOT NULL,
    system       TEXT NOT NULL,
    country      TEXT NOT NULL,
    lineage      TEXT NOT NULL, -- the same over all confirmations of one browser
    remembered   BOOLEAN NOT NULL,
    confirmed_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    ended_by     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX trusted_browsers_account ON trusted_browsers (account, expires_at);
CREATE INDEX trusted_browsers_device ON trusted_browsers (device) WHERE device <> '';

-- Nothing that confirmed before is trusted, whether its token was fetched yet or not.
ALTER TABLE accounts ADD COLUMN browsers_ended_at BIGINT NOT NULL DEFAULT 0;

-- After a report nobody from the same session or network wakes the phones until a holder or an operator lifts it.
CREATE TABLE report_pauses (
    approval  TEXT PRIMARY KEY,
    account   TEXT NOT NULL REFERENCES accounts (id),
    session   TEXT NOT NULL, -- hash; '' none
    network   TEXT NOT NULL, -- /24 or /48; '' unknown
    paused_at BIGINT NOT NULL,
    lifted_at BIGINT NOT NULL DEFAULT 0,
    lifted_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX report_pauses_account ON report_pauses (account) WHERE lifted_at = 0;

-- +goose Down
DROP TABLE report_pauses;
ALTER TABLE accounts DROP COLUMN browsers_ended_at;
DROP TABLE trusted_browsers;
DROP INDEX outcomes_account;
DROP INDEX outcomes_browser;
ALTER TABLE outcomes DROP COLUMN browser;
ALTER TABLE outcomes DROP COLUMN context;
