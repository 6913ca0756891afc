-- A part of the names of those whom one manages is sought in one index, without a look at the accounts; what begins so is listed in the order of its index.

-- +goose Up
DROP INDEX accounts_managed;
CREATE INDEX accounts_managed ON accounts (manager, external_id, sought_id, sought_label, tenant, id) WHERE deleted_at = 0;
DROP INDEX accounts_sought_id;
CREATE INDEX accounts_sought_id ON accounts (tenant, sought_id, external_id) WHERE deleted_at = 0;
DROP INDEX accounts_sought_label;
CREATE INDEX accounts_sought_label ON accounts (tenant, sought_label, external_id) WHERE deleted_at = 0;

-- +goose Down
DROP INDEX accounts_sought_label;
CREATE INDEX accounts_sought_label ON accounts (tenant, sought_label) WHERE deleted_at = 0;
DROP INDEX accounts_sought_id;
CREATE INDEX accounts_sought_id ON accounts (tenant, sought_id) WHERE deleted_at = 0;
DROP INDEX accounts_managed;
CREATE INDEX accounts_managed ON accounts (manager, external_id) WHERE deleted_at = 0;
