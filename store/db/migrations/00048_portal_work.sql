-- Work that somebody in the portal has begun and that is done a part at a time: an interval for all whom they manage. A part is a transaction, which
-- moves the row on too. Beginning another takes the place of the one before.

-- +goose Up
CREATE TABLE portal_work (
    session    TEXT PRIMARY KEY REFERENCES portal_sessions (id),
    group_name TEXT NOT NULL,    -- whose accounts are meant; empty: those of all groups
    days       INTEGER,          -- NULL: the group's default
    total      INTEGER NOT NULL, -- how many accounts are to be changed
    done       INTEGER NOT NULL DEFAULT 0,
    ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX accounts_managed_groups ON accounts (manager, group_id) WHERE deleted_at = 0; -- in which groups those are whom one manages

-- +goose Down
DROP INDEX accounts_managed_groups;
DROP TABLE portal_work;
