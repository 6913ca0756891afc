-- What is kept about one person is found without reading what is kept about all others.

-- +goose Up
CREATE INDEX messages_to ON messages (account, created_at) WHERE account <> '';
CREATE INDEX message_references_message ON message_references (message) WHERE message <> '';
CREATE INDEX ledger_entries_payer ON ledger_entries (payer);

-- +goose Down
DROP INDEX ledger_entries_payer;
DROP INDEX message_references_message;
DROP INDEX messages_to;
