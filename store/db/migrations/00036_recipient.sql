-- recipient is the account whose number or address a message goes to, where that is not the account that the message is about: a helper's,
-- who holds the login of a customer. Empty: it is the same. Erasing and exporting a person go by it.

-- +goose Up
ALTER TABLE messages ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
CREATE INDEX messages_recipient ON messages (recipient) WHERE recipient <> '';
ALTER TABLE ledger_entries ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
CREATE INDEX ledger_entries_recipient ON ledger_entries (recipient) WHERE recipient <> '';

-- +goose Down
DROP INDEX ledger_entries_recipient;
ALTER TABLE ledger_entries DROP COLUMN recipient;
DROP INDEX messages_recipient;
ALTER TABLE messages DROP COLUMN recipient;
