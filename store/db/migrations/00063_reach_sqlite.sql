-- How far those have got whom one manages is counted, and who has not got there is listed, in one index each: all that is asked for stands in the row of
-- facets.

-- +goose Up
ALTER TABLE account_facets ADD COLUMN manager TEXT;                         -- the account's
ALTER TABLE account_facets ADD COLUMN phone BOOLEAN NOT NULL DEFAULT FALSE; -- it has a number on record
ALTER TABLE account_facets ADD COLUMN email BOOLEAN NOT NULL DEFAULT FALSE; -- and an address
ALTER TABLE account_facets ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;   -- when it was last invited or reminded; 0: never
UPDATE account_facets SET manager = a.manager, phone = a.phone <> '', email = a.email <> '',
    asked_at = COALESCE((SELECT MAX(i.invited_at, i.reminded_at) FROM invitations i WHERE i.account = a.id), 0)
    FROM accounts a WHERE a.id = account_facets.account;
DROP INDEX account_facets_reach;
DROP INDEX accounts_managed_reach;
CREATE INDEX account_facets_reach ON account_facets (manager, enrolled, email, asked_at, phone, devices) WHERE manager IS NOT NULL;
CREATE INDEX account_facets_awaited ON account_facets (manager, external_id, email, asked_at, account) WHERE manager IS NOT NULL AND NOT enrolled;
DROP TRIGGER account_listed;
-- +goose StatementBegin
CREATE TRIGGER account_listed AFTER INSERT ON accounts WHEN NEW.deleted_at = 0
BEGIN
    INSERT INTO account_facets (account, tenant, external_id, manager, phone, email)
        VALUES (NEW.id, NEW.tenant, NEW.external_id, NEW.manager, NEW.phone <> '', NEW.email <> '');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER account_facet_changed AFTER UPDATE OF manager, phone, email ON accounts
    WHEN OLD.manager IS DISTINCT FROM NEW.manager OR (OLD.phone = '') <> (NEW.phone = '') OR (OLD.email = '') <> (NEW.email = '')
BEGIN
    UPDATE account_facets SET manager = NEW.manager, phone = NEW.phone <> '', email = NEW.email <> '' WHERE account = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER account_facet_invited AFTER INSERT ON invitations
BEGIN
    UPDATE account_facets SET asked_at = MAX(NEW.invited_at, NEW.reminded_at) WHERE account = NEW.account;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER account_facet_reminded AFTER UPDATE ON invitations
BEGIN
    UPDATE account_facets SET asked_at = MAX(NEW.invited_at, NEW.reminded_at) WHERE account = NEW.account;
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER account_facet_reminded;
DROP TRIGGER account_facet_invited;
DROP TRIGGER account_facet_changed;
DROP TRIGGER account_listed;
-- +goose StatementBegin
CREATE TRIGGER account_listed AFTER INSERT ON accounts WHEN NEW.deleted_at = 0
BEGIN
    INSERT INTO account_facets (account, tenant, external_id) VALUES (NEW.id, NEW.tenant, NEW.external_id);
END;
-- +goose StatementEnd
DROP INDEX account_facets_awaited;
DROP INDEX account_facets_reach;
ALTER TABLE account_facets DROP COLUMN asked_at;
ALTER TABLE account_facets DROP COLUMN email;
ALTER TABLE account_facets DROP COLUMN phone;
ALTER TABLE account_facets DROP COLUMN manager;
CREATE INDEX accounts_managed_reach ON accounts (manager, id, phone, email) WHERE deleted_at = 0 AND manager IS NOT NULL;
CREATE INDEX account_facets_reach ON account_facets (account, enrolled, devices);
