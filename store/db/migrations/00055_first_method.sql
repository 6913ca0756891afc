-- Somebody in the portal begins a first method unasked, because nothing could confirm it. It is finished only while there still is nothing.

-- +goose Up
ALTER TABLE activations ADD COLUMN as_first BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE activations DROP COLUMN as_first;
