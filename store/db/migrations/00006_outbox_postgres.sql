-- +goose Up
CREATE TABLE outbox (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    approval     TEXT NOT NULL,
    installation TEXT NOT NULL, -- of the decider; empty where none is
    leased_until BIGINT NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE outbox;
