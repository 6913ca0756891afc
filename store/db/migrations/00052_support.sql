-- What support looks people up by, and auditors what an operator did.

-- +goose Up
CREATE INDEX accounts_phone ON accounts (tenant, phone) WHERE deleted_at = 0 AND phone <> '';
CREATE INDEX accounts_email ON accounts (tenant, email) WHERE deleted_at = 0 AND email <> '';
CREATE INDEX audit_entries_operator ON audit_entries (tenant, actor, sequence) WHERE substr(actor, 1, 9) = 'operator:';

-- +goose Down
DROP INDEX audit_entries_operator;
DROP INDEX accounts_email;
DROP INDEX accounts_phone;
