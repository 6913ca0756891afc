package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/ledger"
	storage "github.com/jawort/jawort/store/organisation"
	"github.com/jawort/jawort/store/outbox"
)

func (r *root) apply() *cobra.Command {
	var path string
	var dry bool
	cmd := &cobra.Command{
		Use: "apply -f FILE", Short: "Make tenants, applications, groups, SMS and accounts as a file says, and show what changes", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, err := opened(cmd, path)
			if err != nil {
				return err
			}
			defer file.Close()
			read, err := organisation.Read(file)
			if err != nil {
				return err
			}
			return r.withOrganisation(cmd.Context(), func(s *storage.Store) error {
				plans, err := decide(cmd.Context(), s, dry, read.Mistakes, read.Sources()...)
				if err != nil {
					return mistaken(cmd, path, err, 0)
				}
				return show(cmd, shownPlans(plans, !dry), func(w io.Writer) error { return writePlans(w, plans, !dry) })
			})
		},
	}
	cmd.Flags().StringVarP(&path, "file", "f", "", "what the organisation says about itself (YAML); - reads standard input")
	dryRun(cmd, &dry)
	required(cmd, "file")
	return withJSON(cmd)[0]
}

// dryRun adds the flag by both of its names.
func dryRun(cmd *cobra.Command, dry *bool) {
	cmd.Flags().BoolVar(dry, "dry-run", false, "show what would change, and change nothing")
	cmd.Flags().BoolVar(dry, "plan", false, "the same as --dry-run")
}

func opened(cmd *cobra.Command, path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	return os.Open(path)
}

func (r *root) withOrganisation(ctx context.Context, do func(*storage.Store) error) error {
	return r.withLasting(ctx, func(s *lasting.Store) error {
		return do(&storage.Store{
			Lasting: s, SMS: &ledger.Store{DB: s.DB}, Random: rand.Reader, By: outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"},
		})
	})
}

func decide(ctx context.Context, s *storage.Store, dry bool, found organisation.Mistakes, sources ...organisation.Source) ([]organisation.Plan, error) {
	if dry {
		return s.Plan(ctx, found, sources...)
	}
	return s.Apply(ctx, found, sources...)
}

// mistaken tells the mistakes, each in a line of its own; at most so many, or all of them where most is 0.
func mistaken(cmd *cobra.Command, path string, err error, most int) error {
	var mistakes organisation.Mistakes
	if !errors.As(err, &mistakes) {
		return err
	}
	if path == "-" {
		path = "standard input"
	}
	left := 0
	if most > 0 && len(mistakes) > most {
		mistakes, left = mistakes[:most], len(mistakes)-most
	}
	mistakes.Write(cmd.ErrOrStderr(), path)
	if left > 0 {
		return fmt.Errorf("nothing was applied; there are %d mistakes more", left)
	}
	return errors.New("nothing was applied")
}

// shownPlan is a plan as JSON.
type shownPlan struct {
	Tenant    string              `json:"tenant"`
	Name      string              `json:"name"`
	Applied   bool                `json:"applied"`
	Changes   []organisation.Line `json:"changes"`
	Unchanged int                 `json:"unchanged"`
}

func shownPlans(plans []organisation.Plan, applied bool) []shownPlan {
	shown := []shownPlan{}
	for _, p := range plans {
		s := shownPlan{Name: p.Tenant.Name, Applied: applied, Changes: p.Lines(applied), Unchanged: p.Unchanged}
		if applied || len(p.Tenants) == 0 || !p.Tenants[0].New() {
			s.Tenant = p.Tenant.ID
		}
		shown = append(shown, s)
	}
	return shown
}

func writePlans(w io.Writer, plans []organisation.Plan, applied bool) error {
	for _, p := range plans {
		fmt.Fprintf(w, "%s\n", p.Tenant.Name)
		p.Write(w)
		fmt.Fprintln(w, verdict(p, applied))
		if applied {
			nextKeys(w, p)
		}
	}
	return nil
}

func verdict(p organisation.Plan, applied bool) string {
	switch {
	case p.Empty():
		return "Nothing to change."
	case applied:
		return "Applied."
	default:
		return "Nothing was applied: this is a dry run."
	}
}

// nextKeys says how a new application gets the key without which it can ask nothing.
func nextKeys(w io.Writer, p organisation.Plan) {
	for _, s := range p.Applications {
		if s.New() {
			fmt.Fprintf(w, "Next, for %s: jawort key create --application %s --scopes %s\n", s.Name, s.After.ID, joined(account.Scopes))
		}
	}
}
