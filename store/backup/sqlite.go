package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

// vacuum copies the database at one moment, while others write. The connection is plain: a store's own would bring the schema up to date.
func vacuum(ctx context.Context, from string, into *os.File) error {
	path := sqlitePath(from)
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return onFile(ctx, path, func(d *sql.DB) error {
		_, err := d.ExecContext(ctx, `VACUUM INTO $1`, into.Name()) // an empty file keeps its mode
		return err
	})
}

// copyIn checks a copy beside the place where it belongs before it gets its name.
func copyIn(ctx context.Context, to, from string) error {
	path := sqlitePath(to)
	if err := free(path); err != nil {
		return err
	}
	return newFile(path, func(f *os.File) error {
		if err := copyFile(f, from); err != nil {
			return err
		}
		return onFile(ctx, f.Name(), func(d *sql.DB) error { return whole(ctx, d) })
	})
}

// free lets an empty file make room, as whoever prepared the place may have left it. A log that lies beside it from another database
// would be played into the new one.
func free(path string) error {
	for _, log := range []string{path + "-wal", path + "-journal"} {
		if _, err := os.Lstat(log); err == nil {
			return fmt.Errorf("%w; %s lies there", ErrNotEmpty, log)
		}
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("backup: %w", err)
	case info.Size() > 0:
		return ErrNotEmpty
	}
	return os.Remove(path)
}

func copyFile(into *os.File, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer f.Close()
	if _, err := io.Copy(into, f); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// whole refuses a file of which something is missing or damaged.
func whole(ctx context.Context, d *sql.DB) error {
	var found string
	err := d.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&found)
	if err == nil && found != "ok" {
		err = errors.New(found)
	}
	if err != nil {
		return fmt.Errorf("the file is not whole: %w", err)
	}
	return nil
}

func onFile(ctx context.Context, path string, work func(*sql.DB) error) error {
	d, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=rw&_busy_timeout=5000")
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	d.SetMaxOpenConns(1)
	if err := errors.Join(work(d), d.Close()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

func sqlitePath(of string) string { return strings.TrimPrefix(of, "sqlite://") }
