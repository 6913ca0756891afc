-- Whoever confirms by a passkey alone has a method too. It may be one for another application: the directory tells whether there is any.

-- +goose Up
ALTER TABLE account_facets ADD COLUMN passkey BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX account_facets_without_enrolled;
DROP INDEX account_facets_with_enrolled;
ALTER TABLE account_facets DROP COLUMN enrolled;
ALTER TABLE account_facets ADD COLUMN enrolled BOOLEAN NOT NULL GENERATED ALWAYS AS (devices > 0 OR passkey OR totp OR sms OR email_code OR recovery) STORED;
CREATE INDEX account_facets_with_enrolled ON account_facets (tenant, external_id) WHERE enrolled;
CREATE INDEX account_facets_without_enrolled ON account_facets (tenant, external_id) WHERE NOT enrolled;
CREATE INDEX account_facets_with_passkey ON account_facets (tenant, external_id) WHERE passkey;
CREATE INDEX account_facets_without_passkey ON account_facets (tenant, external_id) WHERE NOT passkey;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refresh_account_facets(who TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM account_facets WHERE account = who FOR UPDATE;
    UPDATE account_facets SET
        devices = (SELECT COUNT(*) FROM credentials c WHERE c.account = who AND c.status = 'active'),
        push = EXISTS (SELECT 1 FROM credentials c JOIN devices d ON d.id = c.device JOIN installations i ON i.id = d.installation
            WHERE c.account = who AND c.status = 'active' AND i.address IS NOT NULL),
        totp = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'totp' AND m.active_since > 0 AND m.disabled_at = 0),
        sms = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'sms' AND m.active_since > 0 AND m.disabled_at = 0),
        email_code = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'email' AND m.active_since > 0 AND m.disabled_at = 0),
        recovery = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'recovery' AND m.active_since > 0 AND m.disabled_at = 0),
        passkey = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'passkey' AND m.active_since > 0 AND m.disabled_at = 0),
        used = COALESCE((SELECT string_agg(u.application, ' ') FROM account_uses u WHERE u.account = who), '')
    WHERE account = who;
END
$$;
-- +goose StatementEnd
SELECT refresh_account_facets(account) FROM (SELECT account FROM methods WHERE method = 'passkey' ORDER BY account) m;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refresh_account_facets(who TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM account_facets WHERE account = who FOR UPDATE;
    UPDATE account_facets SET
        devices = (SELECT COUNT(*) FROM credentials c WHERE c.account = who AND c.status = 'active'),
        push = EXISTS (SELECT 1 FROM credentials c JOIN devices d ON d.id = c.device JOIN installations i ON i.id = d.installation
            WHERE c.account = who AND c.status = 'active' AND i.address IS NOT NULL),
        totp = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'totp' AND m.active_since > 0 AND m.disabled_at = 0),
        sms = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'sms' AND m.active_since > 0 AND m.disabled_at = 0),
        email_code = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'email' AND m.active_since > 0 AND m.disabled_at = 0),
        recovery = EXISTS (SELECT 1 FROM methods m WHERE m.account = who AND m.method = 'recovery' AND m.active_since > 0 AND m.disabled_at = 0),
        used = COALESCE((SELECT string_agg(u.application, ' ') FROM account_uses u WHERE u.account = who), '')
    WHERE account = who;
END
$$;
-- +goose StatementEnd
DROP INDEX account_facets_without_passkey;
DROP INDEX account_facets_with_passkey;
DROP INDEX account_facets_without_enrolled;
DROP INDEX account_facets_with_enrolled;
ALTER TABLE account_facets DROP COLUMN enrolled;
ALTER TABLE account_facets DROP COLUMN passkey;
ALTER TABLE account_facets ADD COLUMN enrolled BOOLEAN NOT NULL GENERATED ALWAYS AS (devices > 0 OR totp OR sms OR email_code OR recovery) STORED;
CREATE INDEX account_facets_with_enrolled ON account_facets (tenant, external_id) WHERE enrolled;
CREATE INDEX account_facets_without_enrolled ON account_facets (tenant, external_id) WHERE NOT enrolled;
