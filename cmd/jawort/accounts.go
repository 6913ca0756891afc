package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/lasting"
	storage "github.com/jawort/jawort/store/organisation"
)

func (r *root) accounts() *cobra.Command {
	cmd := &cobra.Command{Use: "accounts", Short: "Accounts of a tenant by the thousand"}
	var tenant, region string
	var dry bool
	load := &cobra.Command{
		Use: "import FILE.csv", Short: "Create and change accounts as a CSV says, all of them or none", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withOrganisation(cmd.Context(), func(s *storage.Store) error {
				return importAccounts(cmd, s, args[0], tenant, region, dry)
			})
		},
	}
	load.Flags().StringVar(&tenant, "tenant", "", "tenant whose accounts they are, by id or name")
	load.Flags().StringVar(&region, "region", "", "country of telephone numbers without country code, e.g. DE; default: the tenant's region")
	dryRun(load, &dry)
	required(load, "tenant")
	cmd.AddCommand(withJSON(load)...)
	return cmd
}

func importAccounts(cmd *cobra.Command, s *storage.Store, path, tenant, region string, dry bool) error {
	of, err := tenantCalled(cmd.Context(), s.Lasting, tenant)
	if err != nil {
		return err
	}
	if region == "" {
		region = of.Policy.Region
	}
	file, err := opened(cmd, path)
	if err != nil {
		return err
	}
	defer file.Close()
	table, err := organisation.ReadTable(file, of.ID, region)
	if err != nil {
		return err
	}
	plans, err := decide(cmd.Context(), s, dry, table.Mistakes, table)
	if err != nil {
		return mistaken(cmd, path, err, maxTold)
	}
	c := counted{
		Tenant: plans[0].Tenant.ID, Applied: !dry, Read: append([]string{}, table.Columns...), Ignored: append([]string{}, table.Ignored...), Count: plans[0].Count(),
	}
	return show(cmd, c, func(w io.Writer) error { return c.write(w, plans[0]) })
}

// maxTold bounds how many mistakes of a long list are told at once.
const maxTold = 50

// tenantCalled returns the active tenant with an id or name.
func tenantCalled(ctx context.Context, s *lasting.Store, called string) (account.Tenant, error) {
	all, err := s.Tenants(ctx)
	if err != nil {
		return account.Tenant{}, err
	}
	var found []account.Tenant
	for _, t := range all {
		if t.RevokedAt.IsZero() && (t.ID == called || t.Name == called) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 0:
		return account.Tenant{}, fmt.Errorf("there is no %s, or it was revoked", called)
	case 1:
		return found[0], nil
	default:
		return account.Tenant{}, errors.New("several tenants are called " + called + "; give the id of one (jawort tenant list)")
	}
}

// counted is how many accounts an import changes, and which. What the values are is in the file.
type counted struct {
	Tenant  string   `json:"tenant"`
	Applied bool     `json:"applied"`
	Read    []string `json:"read"`    // columns
	Ignored []string `json:"ignored"` // columns that only tell
	organisation.Count
}

func (c counted) write(w io.Writer, p organisation.Plan) error {
	fmt.Fprintln(w, p.Tenant.Name)
	fmt.Fprintln(w, "columns read: "+strings.Join(c.Read, ", "))
	if len(c.Ignored) > 0 {
		fmt.Fprintln(w, "columns ignored, which Jawort fills itself: "+strings.Join(c.Ignored, ", "))
	}
	if c.Added > 0 {
		fmt.Fprintf(w, "+ %d added\n", c.Added)
	}
	if c.Changed > 0 {
		var fields []string
		for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
			fields = append(fields, fmt.Sprintf("%s of %d", name, c.Fields[name]))
		}
		fmt.Fprintf(w, "~ %d changed: %s\n", c.Changed, strings.Join(fields, ", "))
		for _, one := range c.Accounts[:min(len(c.Accounts), maxTold)] {
			fmt.Fprintln(w, one)
		}
		if n := len(c.Accounts) - maxTold; n > 0 {
			fmt.Fprintf(w, "  and %d more: --json names all\n", n)
		}
	}
	if c.Unchanged > 0 {
		fmt.Fprintf(w, "= %d unchanged\n", c.Unchanged)
	}
	_, err := fmt.Fprintln(w, verdict(p, c.Applied))
	return err
}
