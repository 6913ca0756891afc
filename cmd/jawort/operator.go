package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

var byCommand = outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"}

func (r *root) operator() *cobra.Command {
	var o operator.Operator
	var role string
	cmd := &cobra.Command{Use: "operator", Short: "Who runs the installation in the console"}
	invite := &cobra.Command{
		Use: "invite", Short: "Print a one-time link by which somebody registers a passkey for the console", Args: cobra.NoArgs,
		Long: "Prints a one-time link. Whoever opens it within an hour registers a passkey and is in the console; there is no other way in, and no password.\n" +
			"Give the link to nobody else: it is worth the role.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Role = operator.Role(role)
			return r.inviteOperator(cmd, o)
		},
	}
	invite.Flags().StringVar(&o.Name, "name", "", "how the others know the person")
	invite.Flags().StringVar(&role, "role", "", "administrator, support or auditor")
	invite.Flags().StringVar(&o.Tenant, "tenant", "", "the one tenant to see (default: all)")
	required(invite, "name")
	required(invite, "role")
	list := &cobra.Command{
		Use: "list", Short: "List the operators", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.withOperators(cmd.Context(), func(s *operators.Store) error { return listOperators(cmd, s) })
		},
	}
	end := &cobra.Command{
		Use: "end ID", Short: "Sign an operator out at once, for good", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withOperators(cmd.Context(), func(s *operators.Store) error { return endOperator(cmd, s, args[0]) })
		},
	}
	cmd.AddCommand(withJSON(invite, list, end)...)
	return cmd
}

func (r *root) withOperators(ctx context.Context, do func(*operators.Store) error) error {
	return r.withLasting(ctx, func(s *lasting.Store) error { return do(&operators.Store{DB: s.DB}) })
}

type operatorRow struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	Role      operator.Role `json:"role"`
	Tenant    string        `json:"tenant,omitempty"`
	Passkeys  int           `json:"passkeys"`
	Link      string        `json:"link,omitempty"`
	Until     *time.Time    `json:"link_until,omitempty"`
	CreatedAt time.Time     `json:"created_at"`
	UsedAt    *time.Time    `json:"last_used_at,omitempty"`
	EndedAt   *time.Time    `json:"ended_at,omitempty"`
}

func operatorShown(o operator.Operator) operatorRow {
	return operatorRow{
		ID: o.ID, Name: o.Name, Role: o.Role, Tenant: o.Tenant, Passkeys: o.Passkeys,
		CreatedAt: whole(o.CreatedAt), UsedAt: optional(o.UsedAt), EndedAt: optional(o.EndedAt),
	}
}

func (r *root) inviteOperator(cmd *cobra.Command, o operator.Operator) error {
	cfg, err := r.config()
	if err != nil {
		return err
	}
	return r.withOperators(cmd.Context(), func(s *operators.Store) error {
		invited, link, err := console.Invite(cmd.Context(), s, o, cfg.Server.PublicURL, rand.Reader, byCommand)
		if errors.Is(err, operator.ErrUnknownTenant) {
			return named(o.Tenant, err)
		}
		if err != nil {
			return err
		}
		row := operatorShown(invited)
		row.Link, row.Until = link, optional(invited.InvitedUntil)
		return show(cmd, row, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "Invited %s (%s) as %s. This link works once, until %s:\n\n  %s\n\n"+
				"Next: jawort serve, where it does not run yet, then open this link.\n", invited.Name, invited.ID, invited.Role, moment(invited.InvitedUntil), link)
			return err
		})
	})
}

func listOperators(cmd *cobra.Command, s *operators.Store) error {
	const atOnce = 500
	rows, out := []operatorRow{}, table{head: []any{"OPERATOR", "NAME", "ROLE", "TENANT", "PASSKEYS", "LAST USE", "STATE"}}
	for after := ""; ; {
		found, err := s.List(cmd.Context(), "", after, atOnce)
		if err != nil {
			return err
		}
		for _, o := range found {
			rows = append(rows, operatorShown(o))
			out.add(o.ID, o.Name, o.Role, o.Tenant, o.Passkeys, lastUse(o.UsedAt), operatorState(o))
			after = o.ID
		}
		if len(found) < atOnce {
			return show(cmd, rows, out.write)
		}
	}
}

func lastUse(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return moment(t)
}

func operatorState(o operator.Operator) string {
	switch {
	case !o.EndedAt.IsZero():
		return "ended " + moment(o.EndedAt)
	case o.JoinedAt.IsZero():
		return "invited"
	}
	return "active"
}

func endOperator(cmd *cobra.Command, s *operators.Store, operatorID string) error {
	err := s.End(cmd.Context(), operatorID, byCommand)
	if errors.Is(err, operator.ErrUnknown) {
		return fmt.Errorf("there is no %s, or it was ended", operatorID)
	}
	if err != nil {
		return err
	}
	return show(cmd, map[string]string{"id": operatorID, "state": "ended"}, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Ended %s.\n", operatorID)
		return err
	})
}
