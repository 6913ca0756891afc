-- +goose Up
CREATE TABLE clock_offset (
    one    BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (one),
    micros BIGINT NOT NULL
);
INSERT INTO clock_offset (micros) VALUES (0);
-- +goose StatementBegin
CREATE FUNCTION jawort_now() RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT + (SELECT micros FROM clock_offset);
END
$$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION jawort_now();
DROP TABLE clock_offset;
