-- +goose Up

-- Messages to people, written with what causes them. What they say and to whom is sealed, and gone once they are sent, failed or
-- expired; the rest of the row stays for a while, for receipts.
CREATE TABLE messages (
    id           TEXT PRIMARY KEY,
    tenant       TEXT NOT NULL,
    application  TEXT NOT NULL,
    account      TEXT NOT NULL,
    approval     TEXT NOT NULL,
    channel      TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    rank         INTEGER NOT NULL, -- the lowest goes first
    state        TEXT NOT NULL,
    sealed       BYTEA,
    attempts     INTEGER NOT NULL, -- of leases; also what tells the newest lease from those before
    due_at       BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL, -- 0 while queued
    reason       TEXT NOT NULL    -- of the last failure, as a word of the provider's protocol
);
CREATE INDEX messages_due ON messages (channel, rank, due_at) WHERE state = 'queued';
CREATE INDEX messages_expiring ON messages (expires_at) WHERE state = 'queued';
CREATE INDEX messages_approval ON messages (approval) WHERE state = 'queued';
CREATE INDEX messages_ended ON messages (ended_at) WHERE ended_at > 0;
CREATE INDEX messages_account ON messages (account) WHERE state = 'queued';

-- What a provider calls a message, and what it says became of it. Either may be known first.
CREATE TABLE message_references (
    provider  TEXT NOT NULL,
    reference TEXT NOT NULL,
    message   TEXT NOT NULL, -- empty while only the receipt is known
    state     TEXT NOT NULL, -- empty while only the message is known
    reason    TEXT NOT NULL,
    noted_at  BIGINT NOT NULL,
    PRIMARY KEY (provider, reference)
);
CREATE INDEX message_references_noted ON message_references (noted_at);

-- +goose Down
DROP TABLE message_references;
DROP TABLE messages;
