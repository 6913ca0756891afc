-- How groups were called that are no more: pots, budgets of the past and the audit log know them by their ids.

-- +goose Up
CREATE TABLE deleted_groups (
    id         TEXT PRIMARY KEY,
    tenant     TEXT NOT NULL REFERENCES tenants (id),
    name       TEXT NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE INDEX deleted_groups_tenant ON deleted_groups (tenant);

-- +goose Down
DROP TABLE deleted_groups;
