package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// connections bounds the pool. Durable inserts per second hardly grow beyond this: they share their fsync.
const connections = 32

func openPostgres(ctx context.Context, url string, log *slog.Logger) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("db: database: the postgres URL cannot be read") // the cause quotes the URL
	}
	config.RuntimeParams["application_name"] = "jawort"
	config.RuntimeParams["default_transaction_isolation"] = "read committed"
	if err := migratePostgres(ctx, *config); err != nil {
		return nil, err
	}
	bound := strconv.FormatInt(MaxTransaction.Milliseconds(), 10)
	config.RuntimeParams["statement_timeout"] = bound
	config.RuntimeParams["idle_in_transaction_session_timeout"] = bound
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	d := &DB{reads: db, writes: db, forUpdate: ` FOR UPDATE`}
	d.move, d.rest = d.movePostgresClock, restPostgres
	if err := d.checkPostgres(ctx, log); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return d, nil
}

// restPostgres lets this transaction rest between two of its statements for as long as it may take in all.
func restPostgres(ctx context.Context, tx *sql.Tx, longest time.Duration) error {
	_, err := Exec(ctx, tx, `SELECT set_config('idle_in_transaction_session_timeout', $1, TRUE)`, strconv.FormatInt(longest.Milliseconds(), 10))
	return err
}

// migratePostgres has its own connection, because a migration may take longer than a statement.
func migratePostgres(ctx context.Context, config pgx.ConnConfig) error {
	db := stdlib.OpenDB(config)
	return errors.Join(migrate(ctx, db, goose.DialectPostgres), db.Close())
}

// checkPostgres refuses a database that acknowledges before it has written, and says what is weaker than it could be.
func (d *DB) checkPostgres(ctx context.Context, log *slog.Logger) error {
	commit, err := d.setting(ctx, "synchronous_commit")
	if err != nil {
		return err
	}
	if commit == "off" || commit == "local" {
		return fmt.Errorf("db: Postgres runs with synchronous_commit = %s: a crash could undo what was acknowledged; set it to on", commit)
	}
	standbys, err := d.setting(ctx, "synchronous_standby_names")
	if err != nil {
		return err
	}
	if standbys == "" {
		log.WarnContext(ctx, "Postgres has no synchronous standby: the loss of its disk loses decisions that were acknowledged")
	}
	offset, err := One(ctx, d.reads, ScanInt, `SELECT jawort_now() - `+realTime)
	if moved := time.Duration(offset) * time.Microsecond; err == nil && moved.Abs() > time.Second {
		log.WarnContext(ctx, "the database's clock is moved, as only tests should do", "offset", moved)
	}
	return err
}

func (d *DB) setting(ctx context.Context, name string) (string, error) {
	return One(ctx, d.reads, ScanString, `SELECT current_setting($1)`, name)
}

// realTime is the clock of the machine that Postgres runs on, in microseconds.
const realTime = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT`

// movePostgresClock replaces the clock. Those who do so at the same time wait for each other: Postgres lets only one replace a function.
func (d *DB) movePostgresClock(ctx context.Context, offset time.Duration) error {
	return d.Transact(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := Exec(ctx, tx, `SELECT pg_advisory_xact_lock(hashtext('jawort_now'))`); err != nil {
			return err
		}
		_, err := Exec(ctx, tx, `CREATE OR REPLACE FUNCTION jawort_now() RETURNS BIGINT LANGUAGE sql VOLATILE AS
			'SELECT `+realTime+` + (`+strconv.FormatInt(offset.Microseconds(), 10)+`)'`)
		return err
	})
}
