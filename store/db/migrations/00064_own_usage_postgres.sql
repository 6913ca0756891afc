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
-- The row of facets is taken: a manager who comes meanwhile waits for the line, or the line for the manager. As all others do, it takes that row last.
DROP TRIGGER ledger_entry_settled ON ledger_entries;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger_entry_settled() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    managed_by TEXT;
BEGIN
    IF NEW.payer = NEW.account THEN
        SELECT f.manager INTO managed_by FROM account_facets f WHERE f.account = NEW.account FOR SHARE;
    END IF;
    INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount, manager)
        SELECT NEW.tenant, NEW.quarter, NEW.payer, NEW.account, a.external_id, NEW.currency, 1, NEW.price, managed_by FROM accounts a WHERE a.id = NEW.account
        ON CONFLICT (tenant, quarter, payer, account, currency) DO UPDATE SET messages = ledger_usage.messages + 1, amount = ledger_usage.amount + NEW.price;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER ledger_entry_settled AFTER UPDATE OF state ON ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.state <> 'settled' AND NEW.state = 'settled') EXECUTE FUNCTION ledger_entry_settled();
-- +goose StatementBegin
CREATE FUNCTION usage_managed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_usage SET manager = CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.manager END WHERE account = OLD.account AND own;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER usage_managed AFTER UPDATE OF manager ON account_facets FOR EACH ROW
    WHEN (OLD.manager IS DISTINCT FROM NEW.manager) EXECUTE FUNCTION usage_managed();
CREATE TRIGGER usage_unmanaged AFTER DELETE ON account_facets FOR EACH ROW EXECUTE FUNCTION usage_managed();

-- +goose Down
DROP TRIGGER usage_unmanaged ON account_facets;
DROP TRIGGER usage_managed ON account_facets;
DROP FUNCTION usage_managed();
DROP TRIGGER ledger_entry_settled ON ledger_entries;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger_entry_settled() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount)
        SELECT NEW.tenant, NEW.quarter, NEW.payer, NEW.account, a.external_id, NEW.currency, 1, NEW.price FROM accounts a WHERE a.id = NEW.account
        ON CONFLICT (tenant, quarter, payer, account, currency) DO UPDATE SET messages = ledger_usage.messages + 1, amount = ledger_usage.amount + NEW.price;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER ledger_entry_settled AFTER UPDATE OF state ON ledger_entries FOR EACH ROW
    WHEN (OLD.state <> 'settled' AND NEW.state = 'settled') EXECUTE FUNCTION ledger_entry_settled();
DROP INDEX ledger_usage_sums;
DROP INDEX ledger_usage_listed;
CREATE INDEX ledger_usage_listed ON ledger_usage (tenant, quarter, payer, account_login, account, currency, messages, amount, exported_messages, exported_amount);
DROP INDEX ledger_usage_managed_sums;
DROP INDEX ledger_usage_managed;
ALTER TABLE ledger_usage DROP COLUMN manager;
CREATE INDEX ledger_usage_own ON ledger_usage (tenant, quarter, account, payer, account_login, currency, messages, amount, exported_messages, exported_amount) WHERE own;
