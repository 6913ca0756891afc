-- +goose Up

-- What retention looks for among very much that it must leave alone.
CREATE INDEX accounts_deleted ON accounts (tenant, deleted_at) WHERE deleted_at > 0;
CREATE INDEX credentials_ended ON credentials (ended_at) WHERE ended_at > 0;
CREATE INDEX ledger_entries_personal ON ledger_entries (tenant, reserved_at) WHERE number_mac IS NOT NULL;

-- +goose Down
DROP INDEX ledger_entries_personal;
DROP INDEX credentials_ended;
DROP INDEX accounts_deleted;
