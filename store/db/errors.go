package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/jawort/jawort/refusal"
)

// errNoText is an ErrNotFound, since nothing can be called by what is no text, and a refusal: where nobody says what was not found, it is no fault of ours.
var errNoText = refusal.New(refusal.NotFound, "not-found", "There is nothing of this name: a value is not UTF-8 or contains NUL.").Because(ErrNotFound)

// checkText refuses what Postgres does not take as text. It comes before the question, because an error in the
// middle would end the transaction.
func checkText(args []any) error {
	for _, arg := range args {
		v := reflect.ValueOf(arg) // a kind or a method is text too
		if v.Kind() != reflect.String {
			continue
		}
		if text := v.String(); !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			return errNoText
		}
	}
	return nil
}

// failed turns a driver's error into what callers see: ErrUnavailable where the database does not answer, and an
// internal error where it answered that a statement of ours is wrong.
func failed(err error) error {
	if err == nil {
		return nil
	}
	if unavailable(err) {
		return refusal.ErrUnavailable.Because(err)
	}
	return fmt.Errorf("db: %w", err)
}

func unavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return !ours(pg.Code)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return slices.Contains(sqliteOutages, lite.Code()&0xff)
	}
	return lost(err)
}

// IsDangling reports whether err is that of a row that would refer to one which somebody else has deleted meanwhile.
func IsDangling(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23503" // SQLite has no meanwhile: its writers wait for each other
}

// ours are the SQLSTATE classes that blame the statement or its data: feature not supported, data exception,
// integrity constraint violation, syntax error. All others (connection, resources, shutdown, read-only
// standby, cancelled, deadlock) may pass when the request comes again.
func ours(code string) bool {
	return len(code) == 5 && slices.Contains([]string{"0A", "22", "23", "42"}, code[:2])
}

var sqliteOutages = []int{
	sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT,
	sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL,
}

// closedStore is the text of an error that database/sql does not export.
const closedStore = "sql: database is closed"

func lost(err error) bool {
	for _, e := range []error{
		context.DeadlineExceeded, context.Canceled, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone,
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	if strings.Contains(err.Error(), closedStore) {
		return true
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || pgconn.SafeToRetry(err)
}
