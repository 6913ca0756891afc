-- Whoever confirms by a passkey alone has a method too. It may be one for another application: the directory tells whether there is any.

-- +goose Up
ALTER TABLE account_facets ADD COLUMN passkey BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX account_facets_without_enrolled;
DROP INDEX account_facets_with_enrolled;
ALTER TABLE account_facets DROP COLUMN enrolled;
-- A stored column cannot be added here; this one is kept in its indexes, which is where it is sought.
ALTER TABLE account_facets ADD COLUMN enrolled BOOLEAN GENERATED ALWAYS AS (devices > 0 OR passkey OR totp OR sms OR email_code OR recovery) VIRTUAL;
CREATE INDEX account_facets_with_enrolled ON account_facets (tenant, external_id) WHERE enrolled;
CREATE INDEX account_facets_without_enrolled ON account_facets (tenant, external_id) WHERE NOT enrolled;
CREATE INDEX account_facets_with_passkey ON account_facets (tenant, external_id) WHERE passkey;
CREATE INDEX account_facets_without_passkey ON account_facets (tenant, external_id) WHERE NOT passkey;
DROP TRIGGER account_facets_touched;
-- +goose StatementBegin
CREATE TRIGGER account_facets_touched AFTER UPDATE OF touched ON account_facets
BEGIN
    UPDATE account_facets SET
        devices = (SELECT COUNT(*) FROM credentials c WHERE c.account = NEW.account AND c.status = 'active'),
        push = EXISTS (SELECT 1 FROM credentials c JOIN devices d ON d.id = c.device JOIN installations i ON i.id = d.installation
            WHERE c.account = NEW.account AND c.status = 'active' AND i.address IS NOT NULL),
        totp = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'totp' AND m.active_since > 0 AND m.disabled_at = 0),
        sms = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'sms' AND m.active_since > 0 AND m.disabled_at = 0),
        email_code = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'email' AND m.active_since > 0 AND m.disabled_at = 0),
        recovery = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'recovery' AND m.active_since > 0 AND m.disabled_at = 0),
        passkey = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'passkey' AND m.active_since > 0 AND m.disabled_at = 0),
        used = COALESCE((SELECT group_concat(u.application, ' ') FROM account_uses u WHERE u.account = NEW.account), '')
    WHERE account = NEW.account;
END;
-- +goose StatementEnd
UPDATE account_facets SET touched = touched + 1 WHERE account IN (SELECT account FROM methods WHERE method = 'passkey');

-- +goose Down
DROP TRIGGER account_facets_touched;
-- +goose StatementBegin
CREATE TRIGGER account_facets_touched AFTER UPDATE OF touched ON account_facets
BEGIN
    UPDATE account_facets SET
        devices = (SELECT COUNT(*) FROM credentials c WHERE c.account = NEW.account AND c.status = 'active'),
        push = EXISTS (SELECT 1 FROM credentials c JOIN devices d ON d.id = c.device JOIN installations i ON i.id = d.installation
            WHERE c.account = NEW.account AND c.status = 'active' AND i.address IS NOT NULL),
        totp = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'totp' AND m.active_since > 0 AND m.disabled_at = 0),
        sms = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'sms' AND m.active_since > 0 AND m.disabled_at = 0),
        email_code = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'email' AND m.active_since > 0 AND m.disabled_at = 0),
        recovery = EXISTS (SELECT 1 FROM methods m WHERE m.account = NEW.account AND m.method = 'recovery' AND m.active_since > 0 AND m.disabled_at = 0),
        used = COALESCE((SELECT group_concat(u.application, ' ') FROM account_uses u WHERE u.account = NEW.account), '')
    WHERE account = NEW.account;
END;
-- +goose StatementEnd
DROP INDEX account_facets_without_passkey;
DROP INDEX account_facets_with_passkey;
DROP INDEX account_facets_without_enrolled;
DROP INDEX account_facets_with_enrolled;
ALTER TABLE account_facets DROP COLUMN enrolled;
ALTER TABLE account_facets DROP COLUMN passkey;
ALTER TABLE account_facets ADD COLUMN enrolled BOOLEAN GENERATED ALWAYS AS (devices > 0 OR totp OR sms OR email_code OR recovery) VIRTUAL;
CREATE INDEX account_facets_with_enrolled ON account_facets (tenant, external_id) WHERE enrolled;
CREATE INDEX account_facets_without_enrolled ON account_facets (tenant, external_id) WHERE NOT enrolled;
