-- How far those have got whom one manages is counted, and who has not got there is listed, in one index each: all that is asked for stands in the row of
-- facets.

-- +goose Up
ALTER TABLE account_facets ADD COLUMN manager TEXT;                         -- the account's
ALTER TABLE account_facets ADD COLUMN phone BOOLEAN NOT NULL DEFAULT FALSE; -- it has a number on record
ALTER TABLE account_facets ADD COLUMN email BOOLEAN NOT NULL DEFAULT FALSE; -- and an address
ALTER TABLE account_facets ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;   -- when it was last invited or reminded; 0: never
UPDATE account_facets SET manager = a.manager, phone = a.phone <> '', email = a.email <> '',
    asked_at = COALESCE((SELECT GREATEST(i.invited_at, i.reminded_at) FROM invitations i WHERE i.account = a.id), 0)
    FROM accounts a WHERE a.id = account_facets.account;
DROP INDEX account_facets_reach;
DROP INDEX accounts_managed_reach;
CREATE INDEX account_facets_reach ON account_facets (manager, enrolled, email, asked_at, phone, devices) WHERE manager IS NOT NULL;
CREATE INDEX account_facets_awaited ON account_facets (manager, external_id, email, asked_at, account) WHERE manager IS NOT NULL AND NOT enrolled;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION account_listed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_facets (account, tenant, external_id, manager, phone, email)
        VALUES (NEW.id, NEW.tenant, NEW.external_id, NEW.manager, NEW.phone <> '', NEW.email <> '');
    RETURN NULL;
END
$$;
-- +goose StatementEnd
-- The row of the account, or of its invitation, is held by whoever changed it, so that nothing is to be counted anew.
-- +goose StatementBegin
CREATE FUNCTION account_facet_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account_facets SET manager = NEW.manager, phone = NEW.phone <> '', email = NEW.email <> '' WHERE account = NEW.id;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION account_facet_asked() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account_facets SET asked_at = GREATEST(NEW.invited_at, NEW.reminded_at) WHERE account = NEW.account;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER account_facet_changed AFTER UPDATE OF manager, phone, email ON accounts DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.manager IS DISTINCT FROM NEW.manager OR (OLD.phone = '') <> (NEW.phone = '') OR (OLD.email = '') <> (NEW.email = ''))
    EXECUTE FUNCTION account_facet_changed();
CREATE CONSTRAINT TRIGGER account_facet_asked AFTER INSERT OR UPDATE ON invitations DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION account_facet_asked();

-- +goose Down
DROP TRIGGER account_facet_asked ON invitations;
DROP TRIGGER account_facet_changed ON accounts;
DROP FUNCTION account_facet_asked();
DROP FUNCTION account_facet_changed();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION account_listed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_facets (account, tenant, external_id) VALUES (NEW.id, NEW.tenant, NEW.external_id);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
DROP INDEX account_facets_awaited;
DROP INDEX account_facets_reach;
ALTER TABLE account_facets DROP COLUMN asked_at;
ALTER TABLE account_facets DROP COLUMN email;
ALTER TABLE account_facets DROP COLUMN phone;
ALTER TABLE account_facets DROP COLUMN manager;
CREATE INDEX accounts_managed_reach ON accounts (manager, id, phone, email) WHERE deleted_at = 0 AND manager IS NOT NULL;
CREATE INDEX account_facets_reach ON account_facets (account, enrolled, devices);
