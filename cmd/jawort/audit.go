package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
)

func (r *root) audit() *cobra.Command {
	var tenant string
	var installation bool
	cmd := &cobra.Command{Use: "audit", Short: "What happened, and whether the record of it holds"}
	export := &cobra.Command{
		Use: "export", Short: "Write a tenant's whole audit log as JSON lines, with a signed head at its end", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			sign, err := r.signHead(cmd.Context())
			if err != nil {
				return err
			}
			if installation == (tenant != "") {
				return errors.New("give the --tenant whose log to write, or --installation for what belongs to none: operators of all tenants")
			}
			return r.withLasting(cmd.Context(), func(s *lasting.Store) error { return exportLog(cmd, s, tenant, sign) })
		},
	}
	export.Flags().StringVar(&tenant, "tenant", "", "tenant whose log to write")
	export.Flags().BoolVar(&installation, "installation", false, "write the installation's own log: what operators of all tenants did as such")
	cmd.AddCommand(export, r.verifyLog())
	return cmd
}

// signHead signs with the installation's receipt key.
func (r *root) signHead(ctx context.Context) (audit.Sign, error) {
	cfg, err := r.config()
	if err != nil {
		return nil, err
	}
	set, err := loadKeys(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return func(h domain.Head) (string, error) { return h.Sign(set.Receipt()) }, nil
}

func exportLog(cmd *cobra.Command, s *lasting.Store, tenant string, sign audit.Sign) error {
	ctx := cmd.Context()
	if tenant != "" {
		if err := known(ctx, s, tenant); err != nil {
			return err
		}
	}
	published, err := auditlog.Published(ctx, s)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(cmd.OutOrStdout())
	err = audit.New(s.DB, rand.Reader).Export(ctx, audit.Export{Tenant: tenant, By: byCommand, Published: published, Sign: sign}, out)
	if err := errors.Join(err, out.Flush()); err != nil {
		return broken(err)
	}
	return nil
}

func known(ctx context.Context, s *lasting.Store, tenant string) error {
	if _, err := s.Tenant(ctx, tenant); errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("there is no %s", tenant)
	} else if err != nil {
		return err
	}
	return nil
}

// broken says that the log does not hold, where that is what is wrong.
func broken(err error) error {
	if audit.IsFault(err) {
		return fmt.Errorf("the log does not hold: %w", err)
	}
	return err
}

// describeLog says in words what was found.
func describeLog(w io.Writer, r domain.Report) error {
	if r.Entries == 0 {
		_, err := fmt.Fprintf(w, "valid: no entries of %s\n", tenantName(r.Tenant))
		return err
	}
	fmt.Fprintf(w, "valid: %d entries of %s\n", r.Entries, tenantName(r.Tenant))
	fmt.Fprintf(w, "  range     entry 1 to %d, %s to %s\n", r.Entries, stamp(r.From), stamp(r.To))
	if r.Heads > 0 {
		fmt.Fprintf(w, "  head      of entry %d, signed %s; %d in all\n", r.Head.Sequence, stamp(r.Head.Time), r.Heads)
	}
	if n := r.Unsigned(); n > 0 {
		fmt.Fprintf(w, "  unsigned  %d entries that no head covers yet\n", n)
	}
	_, err := fmt.Fprintf(w, "  erased    %d pieces of personal data\n", r.Erased)
	if err == nil && r.Unexplained > 0 {
		_, err = fmt.Fprintf(w, "  unsaid    beside entry %d something is gone, and no entry up to here says that it was erased: see a later export\n", r.Unexplained)
	}
	return err
}
