-- Amounts are ten-thousandths of the currency's unit.

-- +goose Up
CREATE TABLE sms_settings (
    tenant     TEXT PRIMARY KEY REFERENCES tenants (id),
    settings   TEXT NOT NULL, -- JSON
    changed_at BIGINT NOT NULL
);

-- One SMS, complete in itself: it is charged whatever becomes of the account and the application. Hence no foreign keys.
CREATE TABLE ledger_entries (
    message     TEXT PRIMARY KEY,
    tenant      TEXT NOT NULL,
    application TEXT NOT NULL,
    account     TEXT NOT NULL,
    group_id    TEXT NOT NULL, -- empty where the account was in none
    payer       TEXT NOT NULL,
    country     TEXT NOT NULL,
    prefix      TEXT NOT NULL,
    number_mac  BYTEA, -- under a key of the installation; NULL once it was erased
    price       BIGINT NOT NULL,
    currency    TEXT NOT NULL,
    state       TEXT NOT NULL,
    month       TEXT NOT NULL,
    quarter     TEXT NOT NULL,
    reserved_at BIGINT NOT NULL,
    settled_at  BIGINT NOT NULL DEFAULT 0, -- or released at
    exported    BOOLEAN NOT NULL DEFAULT FALSE -- with its quarter
);
CREATE INDEX ledger_entries_usage ON ledger_entries (tenant, quarter, payer, account, currency);
CREATE INDEX ledger_entries_account ON ledger_entries (account);

-- What was spent of a pot within its period, and what its budget has told about it.
CREATE TABLE ledger_pots (
    tenant       TEXT NOT NULL,
    pot          TEXT NOT NULL,
    currency     TEXT NOT NULL,
    spent        BIGINT NOT NULL,
    budget_limit BIGINT NOT NULL DEFAULT 0, -- under which the following was told
    warned_at    BIGINT NOT NULL DEFAULT 0,
    stopped_at   BIGINT NOT NULL DEFAULT 0,
    alarmed_at   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, pot, currency)
);

-- How much was sent to one subject under one rate.
CREATE TABLE ledger_windows (
    tenant     TEXT NOT NULL,
    bound      TEXT NOT NULL,
    started_at BIGINT NOT NULL DEFAULT 0,
    span       BIGINT NOT NULL DEFAULT 0, -- microseconds
    messages   INTEGER NOT NULL DEFAULT 0,
    forget_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant, bound)
);
CREATE INDEX ledger_windows_forget ON ledger_windows (forget_at);

CREATE TABLE ledger_quarters (
    tenant      TEXT NOT NULL,
    quarter     TEXT NOT NULL,
    exported_at BIGINT NOT NULL DEFAULT 0, -- 0: the export is under way
    PRIMARY KEY (tenant, quarter)
);

-- +goose Down
DROP TABLE ledger_quarters;
DROP TABLE ledger_windows;
DROP TABLE ledger_pots;
DROP TABLE ledger_entries;
DROP TABLE sms_settings;
