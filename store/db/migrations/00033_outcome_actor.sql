-- Who ended an approval where no signature says it, as the audit log writes it: key:…, browser:…, operator:…

-- +goose Up
ALTER TABLE outcomes ADD COLUMN actor TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE outcomes DROP COLUMN actor;
