package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/jackc/pgx/v5"
)

// dump has pg_dump write what one transaction sees.
func dump(ctx context.Context, from string, into *os.File) error {
	cmd, err := tool(ctx, "pg_dump", from, "--format=custom", "--no-owner", "--no-privileges")
	if err != nil {
		return err
	}
	cmd.Stdout = into
	return run(cmd)
}

// undump brings all or nothing back: pg_restore works in one transaction and stops at the first error.
func undump(ctx context.Context, to, from string) error {
	if err := empty(ctx, to); err != nil {
		return err
	}
	cmd, err := tool(ctx, "pg_restore", to, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
	if err != nil {
		return err
	}
	into, err := pgx.ParseConfig(to)
	if err != nil {
		return errURL
	}
	cmd.Args = append(cmd.Args, "--dbname="+quoted(into.Database), from)
	return run(cmd)
}

// quoted is the name of a database as libpq reads it, which takes some names for connection strings.
func quoted(database string) string {
	return `dbname='` + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(database) + `'`
}

// empty refuses a database with anything in it that is not an extension's.
func empty(ctx context.Context, at string) error {
	config, err := pgx.ParseConfig(at)
	if err != nil {
		return errURL
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer conn.Close(ctx)
	var some bool
	err = conn.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
				AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))`).Scan(&some)
	if err == nil && some {
		err = ErrNotEmpty
	}
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// tool prepares one of Postgres's own programs. How to connect stands in its environment: others can read a command line.
func tool(ctx context.Context, name, url string, args ...string) (*exec.Cmd, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("backup: %s is not in the PATH; it comes with Postgres (Debian: postgresql-client), and must not be older than the server", name)
	}
	env, err := environment(url)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), env...)
	return cmd, nil
}

func run(cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(said.String()); text != "" {
			err = errors.New(text)
		}
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}
