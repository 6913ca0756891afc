-- An outbox row says that something happened, in the transaction in which it happened. Two readers take it: the follow-up
-- and the audit log. It goes when both are done.

-- +goose Up
ALTER TABLE outbox RENAME COLUMN approval TO subject;
ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'approval.ended';
ALTER TABLE outbox ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN application TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN actor_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN actor TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN data TEXT NOT NULL DEFAULT '';     -- JSON: ids and plain facts; '': none
ALTER TABLE outbox ADD COLUMN personal TEXT NOT NULL DEFAULT ''; -- JSON: what may have to be erased; '': none
ALTER TABLE outbox ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN followed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN sequenced_at BIGINT NOT NULL DEFAULT 0;
UPDATE outbox SET data = (SELECT '{"status":"' || o.status || '","method":"' || o.method || '"}' FROM outcomes o WHERE o.approval = subject),
    tenant = (SELECT o.tenant FROM outcomes o WHERE o.approval = subject),
    application = (SELECT o.application FROM outcomes o WHERE o.approval = subject),
    account = (SELECT o.account FROM outcomes o WHERE o.approval = subject),
    created_at = (SELECT o.decided_at FROM outcomes o WHERE o.approval = subject);
CREATE INDEX outbox_unfollowed ON outbox (id) WHERE followed_at = 0;
CREATE INDEX outbox_unsequenced ON outbox (id) WHERE sequenced_at = 0;

-- +goose Down
DROP INDEX outbox_unsequenced;
DROP INDEX outbox_unfollowed;
DELETE FROM outbox WHERE kind <> 'approval.ended' OR followed_at > 0;
ALTER TABLE outbox DROP COLUMN sequenced_at;
ALTER TABLE outbox DROP COLUMN followed_at;
ALTER TABLE outbox DROP COLUMN created_at;
ALTER TABLE outbox DROP COLUMN personal;
ALTER TABLE outbox DROP COLUMN data;
ALTER TABLE outbox DROP COLUMN actor;
ALTER TABLE outbox DROP COLUMN actor_kind;
ALTER TABLE outbox DROP COLUMN account;
ALTER TABLE outbox DROP COLUMN application;
ALTER TABLE outbox DROP COLUMN tenant;
ALTER TABLE outbox DROP COLUMN kind;
ALTER TABLE outbox RENAME COLUMN subject TO approval;
