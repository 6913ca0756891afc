-- No outcome without its event, whoever writes it and in however few statements.

-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER outcome_event AFTER INSERT ON outcomes
BEGIN
    INSERT INTO outbox (kind, tenant, application, account, subject, installation, data, created_at)
    VALUES ('approval.ended', NEW.tenant, NEW.application, NEW.account, NEW.approval,
        COALESCE((SELECT d.installation FROM devices d WHERE d.id = NEW.device), ''),
        '{"status":"' || NEW.status || '","method":"' || NEW.method || '"}', NEW.decided_at);
END;
-- +goose StatementEnd

-- +goose Down
DROP TRIGGER outcome_event;
