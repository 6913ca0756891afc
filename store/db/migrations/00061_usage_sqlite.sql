-- What a quarter cost is asked for by page and by sum. It follows from the entries, so the database keeps it beside them: a row for each account that one
-- payer pays for.

-- +goose Up
CREATE UNIQUE INDEX accounts_login ON accounts (id, external_id);
CREATE TABLE ledger_usage (
    tenant            TEXT NOT NULL,
    quarter           TEXT NOT NULL,
    payer             TEXT NOT NULL,
    account           TEXT NOT NULL,
    account_login     TEXT NOT NULL, -- by which pages are ordered; erased with the account's
    currency          TEXT NOT NULL,
    messages          BIGINT NOT NULL,    -- that are settled
    amount            BIGINT NOT NULL,
    exported_messages BIGINT NOT NULL DEFAULT 0, -- of these, by the end of the quarter's export
    exported_amount   BIGINT NOT NULL DEFAULT 0,
    own               BOOLEAN NOT NULL GENERATED ALWAYS AS (payer = account) STORED,
    PRIMARY KEY (tenant, quarter, payer, account, currency),
    FOREIGN KEY (account, account_login) REFERENCES accounts (id, external_id) ON UPDATE CASCADE
);
-- Pages and sums are read of the index alone.
CREATE INDEX ledger_usage_listed ON ledger_usage (tenant, quarter, payer, account_login, account, currency, messages, amount, exported_messages, exported_amount);
CREATE INDEX ledger_usage_own ON ledger_usage (tenant, quarter, account, payer, account_login, currency, messages, amount, exported_messages, exported_amount) WHERE own;
CREATE INDEX ledger_usage_account ON ledger_usage (account, account_login);
INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount, exported_messages, exported_amount)
    SELECT e.tenant, e.quarter, e.payer, e.account, a.external_id, e.currency, COUNT(*), SUM(e.price),
        SUM(CASE WHEN e.exported THEN 1 ELSE 0 END), SUM(CASE WHEN e.exported THEN e.price ELSE 0 END)
    FROM ledger_entries e JOIN accounts a ON a.id = e.account WHERE e.state = 'settled'
    GROUP BY e.tenant, e.quarter, e.payer, e.account, a.external_id, e.currency;
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_settled AFTER UPDATE OF state ON ledger_entries WHEN OLD.state <> 'settled' AND NEW.state = 'settled'
BEGIN
    INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount)
        SELECT NEW.tenant, NEW.quarter, NEW.payer, NEW.account, a.external_id, NEW.currency, 1, NEW.price FROM accounts a WHERE a.id = NEW.account
        ON CONFLICT (tenant, quarter, payer, account, currency) DO UPDATE SET messages = ledger_usage.messages + 1, amount = ledger_usage.amount + NEW.price;
END;
-- +goose StatementEnd
DROP INDEX ledger_entries_usage;
CREATE INDEX ledger_entries_reserved ON ledger_entries (tenant, quarter, payer) WHERE state = 'reserved';
ALTER TABLE ledger_entries DROP COLUMN exported;

-- +goose Down
ALTER TABLE ledger_entries ADD COLUMN exported BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE ledger_entries SET exported = TRUE WHERE state = 'settled' AND EXISTS (
    SELECT 1 FROM ledger_quarters q WHERE q.tenant = ledger_entries.tenant AND q.quarter = ledger_entries.quarter AND ledger_entries.settled_at <= q.exported_at AND q.exported_at > 0);
DROP INDEX ledger_entries_reserved;
CREATE INDEX ledger_entries_usage ON ledger_entries (tenant, quarter, payer, account, currency);
DROP TRIGGER ledger_entry_settled;
DROP TABLE ledger_usage;
DROP INDEX accounts_login;
