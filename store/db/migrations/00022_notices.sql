-- What the phones of an account are told has happened to it. One row a device; the devices of an installation share the id, because
-- a person reads it once and a phone is woken once.

-- +goose Up
CREATE TABLE notices (
    id       TEXT NOT NULL,
    device   TEXT NOT NULL REFERENCES devices (id),
    account  TEXT NOT NULL REFERENCES accounts (id),
    occasion TEXT NOT NULL,
    fact     TEXT NOT NULL,             -- what the text says beside whose account it is; a number or an address masked
    about    BIGINT NOT NULL,           -- the time that the text speaks of
    at       BIGINT NOT NULL,           -- when it happened
    due_at   BIGINT NOT NULL,           -- when the phone is woken next; 0: not any more
    read_at  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (id, device)
);
CREATE INDEX notices_device ON notices (device, at);
CREATE INDEX notices_account ON notices (account, at);
CREATE INDEX notices_due ON notices (due_at) WHERE due_at > 0;

-- +goose Down
DROP TABLE notices;
