-- No outcome without its event, whoever writes it and in however few statements.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION outcome_event() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (kind, tenant, application, account, subject, installation, data, created_at)
    VALUES ('approval.ended', NEW.tenant, NEW.application, NEW.account, NEW.approval,
        COALESCE((SELECT d.installation FROM devices d WHERE d.id = NEW.device), ''),
        '{"status":"' || NEW.status || '","method":"' || NEW.method || '"}', NEW.decided_at);
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER outcome_event AFTER INSERT ON outcomes FOR EACH ROW EXECUTE FUNCTION outcome_event();

-- +goose Down
DROP TRIGGER outcome_event ON outcomes;
DROP FUNCTION outcome_event();
