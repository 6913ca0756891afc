// Package backup takes a database away as one file, while it is in use, and brings such a file back into an empty one. The
// file is what the database's own tools read: an archive of pg_dump, or a database of SQLite. It knows neither tables nor keys.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Errors.
var (
	ErrMemory   = errors.New("backup: the database lives in memory")
	ErrNotEmpty = errors.New("backup: the database is not empty: restore into a new one")
	ErrExists   = errors.New("backup: the file exists already")
)

// how a kind of database is taken away and brought back.
type how struct {
	name, magic string // magic is how its files begin
	take        func(ctx context.Context, url string, into *os.File) error
	bring       func(ctx context.Context, url, path string) error
}

var (
	postgres = how{"Postgres", "PGDMP", dump, undump}
	sqlite   = how{"SQLite", "SQLite format 3\x00", vacuum, copyIn}
)

func howOf(url string) (how, error) {
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return postgres, nil
	case url == "sqlite::memory:":
		return how{}, ErrMemory
	case strings.HasPrefix(url, "sqlite://") && url != "sqlite://":
		return sqlite, nil
	}
	scheme, _, _ := strings.Cut(url, ":") // never the whole: it may carry a password
	return how{}, fmt.Errorf("backup: database %q…: must be postgres://… or sqlite:///path/file.db", scheme)
}

// Take writes the database at url, as it is at one moment, into a new file at path that only its owner can read. The schema is left
// as it is. Where it fails no file is left.
func Take(ctx context.Context, url, path string) error {
	h, err := howOf(url)
	if err != nil {
		return err
	}
	return newFile(path, func(f *os.File) error { return h.take(ctx, url, f) })
}

// Bring puts the file at path into the empty database at url. Where it fails the database is as empty as before. The schema is that of
// the file; opening the database brings it up to date.
func Bring(ctx context.Context, url, path string) error {
	h, err := howOf(url)
	if err != nil {
		return err
	}
	if err := h.recognise(path); err != nil {
		return err
	}
	return h.bring(ctx, url, path)
}

func (h how) recognise(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	begin := make([]byte, len(h.magic))
	if _, err := io.ReadFull(f, begin); err != nil || string(begin) != h.magic {
		return fmt.Errorf("backup: %s is no backup of a %s database", path, h.name)
	}
	return nil
}
