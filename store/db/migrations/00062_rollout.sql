-- How far those have got whom one manages, and what an interval for all of them would change, is counted in indexes alone.

-- +goose Up
CREATE INDEX accounts_managed_reach ON accounts (manager, id, phone, email) WHERE deleted_at = 0 AND manager IS NOT NULL;
CREATE INDEX account_facets_reach ON account_facets (account, enrolled, devices);
DROP INDEX accounts_managed_groups;
CREATE INDEX accounts_managed_groups ON accounts (manager, group_id, interval_days) WHERE deleted_at = 0;

-- +goose Down
DROP INDEX accounts_managed_groups;
CREATE INDEX accounts_managed_groups ON accounts (manager, group_id) WHERE deleted_at = 0;
DROP INDEX account_facets_reach;
DROP INDEX accounts_managed_reach;
