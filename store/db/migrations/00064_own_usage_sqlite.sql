-- What those pay for themselves whom one manages is read by page and by sum of an index each: who manages them now stands in their lines. Sums have indexes of
-- their own, as that of the pages is several times as large.

-- +goose Up
ALTER TABLE ledger_usage ADD COLUMN manager TEXT; -- of an account that pays for itself and is not deleted
UPDATE ledger_usage SET manager = (SELECT f.manager FROM account_facets f WHERE f.account = ledger_usage.account) WHERE own;
DROP INDEX ledger_usage_own;
CREATE INDEX ledger_usage_managed ON ledger_usage (tenant, quarter, manager, account_login, account, currency) WHERE manager IS NOT NULL;
CREATE INDEX ledger_usage_managed_sums ON ledger_usage (tenant, quarter, manager, currency, messages, amount, exported_messages, exported_amount) WHERE manager IS NOT NULL;
DROP INDEX ledger_usage_listed;
CREATE INDEX ledger_usage_listed ON ledger_usage (tenant, quarter, payer, account_login, account, currency);
CREATE INDEX ledger_usage_sums ON ledger_usage (tenant, quarter, payer, currency, messages, amount, exported_messages, exported_amount);
DROP TRIGGER ledger_entry_settled;
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_settled AFTER UPDATE OF state ON ledger_entries WHEN OLD.state <> 'settled' AND NEW.state = 'settled'
BEGIN
    INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount, manager)
        SELECT NEW.tenant, NEW.quarter, NEW.payer, NEW.account, a.external_id, NEW.currency, 1, NEW.price,
            CASE WHEN NEW.payer = NEW.account THEN (SELECT f.manager FROM account_facets f WHERE f.account = NEW.account) END
        FROM accounts a WHERE a.id = NEW.account
        ON CONFLICT (tenant, quarter, payer, account, currency) DO UPDATE SET messages = ledger_usage.messages + 1, amount = ledger_usage.amount + NEW.price;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER usage_managed AFTER UPDATE OF manager ON account_facets WHEN OLD.manager IS DISTINCT FROM NEW.manager
BEGIN
    UPDATE ledger_usage SET manager = NEW.manager WHERE account = NEW.account AND own;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER usage_unmanaged AFTER DELETE ON account_facets
BEGIN
    UPDATE ledger_usage SET manager = NULL WHERE account = OLD.account AND own;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER usage_unmanaged;
DROP TRIGGER usage_managed;
DROP TRIGGER ledger_entry_settled;
-- +goose StatementBegin
CREATE TRIGGER ledger_entry_settled AFTER UPDATE OF state ON ledger_entries WHEN OLD.state <> 'settled' AND NEW.state = 'settled'
BEGIN
    INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount)
        SELECT NEW.tenant, NEW.quarter, NEW.payer, NEW.account, a.external_id, NEW.currency, 1, NEW.price FROM accounts a WHERE a.id = NEW.account
        ON CONFLICT (tenant, quarter, payer, account, currency) DO UPDATE SET messages = ledger_usage.messages + 1, amount = ledger_usage.amount + NEW.price;
END;
-- +goose StatementEnd
DROP INDEX ledger_usage_sums;
DROP INDEX ledger_usage_listed;
CREATE INDEX ledger_usage_listed ON ledger_usage (tenant, quarter, payer, account_login, account, currency, messages, amount, exported_messages, exported_amount);
DROP INDEX ledger_usage_managed_sums;
DROP INDEX ledger_usage_managed;
ALTER TABLE ledger_usage DROP COLUMN manager;
CREATE INDEX ledger_usage_own ON ledger_usage (tenant, quarter, account, payer, account_login, currency, messages, amount, exported_messages, exported_amount) WHERE own;
