-- Who registers a credential in one table looks whether another has it. Two at once would both see none: they wait for each other here, and leave nothing.

-- +goose Up
CREATE TABLE turns (thing BYTEA PRIMARY KEY);

-- +goose Down
DROP TABLE turns;
