package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
)

// withLasting opens the lasting store for one command.
func (r *root) withLasting(ctx context.Context, do func(*lasting.Store) error) error {
	cfg, err := r.config()
	if err != nil {
		return err
	}
	store, err := process.OpenDatabase(ctx, cfg.Database, slog.New(slog.DiscardHandler)) // serving warns
	if err != nil {
		return err
	}
	defer store.Close()
	return do(store)
}

func (r *root) tenant() *cobra.Command {
	cmd := &cobra.Command{Use: "tenant", Short: "Organisations whose people are asked"}
	create := &cobra.Command{
		Use: "create NAME", Short: "Create a tenant", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withLasting(cmd.Context(), func(s *lasting.Store) error { return createTenant(cmd, s, args[0]) })
		},
	}
	list := &cobra.Command{
		Use: "list", Short: "List the tenants", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.withLasting(cmd.Context(), func(s *lasting.Store) error { return listTenants(cmd, s) })
		},
	}
	revoke := r.revoke("End a tenant: its keys stop at once", (*lasting.Store).RevokeTenant)
	cmd.AddCommand(withJSON(create, list, revoke)...)
	return cmd
}

type tenantRow struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

func createTenant(cmd *cobra.Command, s *lasting.Store, name string) error {
	if err := account.ValidateName("name", name); err != nil {
		return err
	}
	tenantID, err := id.New(rand.Reader, id.Tenant)
	if err != nil {
		return err
	}
	t := account.Tenant{ID: tenantID, Name: name, CreatedAt: whole(time.Now().UTC())}
	if err := s.CreateTenant(cmd.Context(), t); err != nil {
		return err
	}
	return show(cmd, tenantRow{ID: t.ID, Name: t.Name, CreatedAt: t.CreatedAt}, func(w io.Writer) error {
		fmt.Fprintf(w, "Created tenant %s (%s).\nNext: jawort application create NAME --tenant %s --origin https://your.login.page\n", t.ID, t.Name, t.ID)
		return nil
	})
}

func listTenants(cmd *cobra.Command, s *lasting.Store) error {
	tenants, err := s.Tenants(cmd.Context())
	if err != nil {
		return err
	}
	rows := []tenantRow{}
	out := table{head: []any{"TENANT", "NAME", "CREATED", "STATE"}}
	for _, t := range tenants {
		rows = append(rows, tenantRow{ID: t.ID, Name: t.Name, CreatedAt: whole(t.CreatedAt), RevokedAt: optional(t.RevokedAt)})
		out.add(t.ID, t.Name, moment(t.CreatedAt), state(t.RevokedAt))
	}
	return show(cmd, rows, out.write)
}

// named says which of the named things is not there.
func named(id string, err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("there is no %s, or it was revoked", id)
	}
	return err
}

// revoke ends what its argument names.
func (r *root) revoke(short string, end func(*lasting.Store, context.Context, string) error) *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withLasting(cmd.Context(), func(s *lasting.Store) error {
				if err := end(s, cmd.Context(), args[0]); err != nil {
					return named(args[0], err)
				}
				return show(cmd, map[string]string{"id": args[0], "state": "revoked"}, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "Revoked %s.\n", args[0])
					return err
				})
			})
		},
	}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = whole(t)
	return &t
}

// whole cuts a time to milliseconds, as the API does.
func whole(t time.Time) time.Time { return t.Truncate(time.Millisecond) }

func state(revokedAt time.Time) string {
	if revokedAt.IsZero() {
		return "active"
	}
	return "revoked " + moment(revokedAt)
}
