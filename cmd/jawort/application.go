package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
)

func (r *root) application() *cobra.Command {
	var tenant, rpID string
	var origins []string
	var digits int
	cmd := &cobra.Command{Use: "application", Short: "Login services of a tenant"}
	create := &cobra.Command{
		Use: "create NAME", Short: "Create an application", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			a := account.Application{Tenant: tenant, Name: args[0], Origins: origins, RPID: rpID, Policy: account.ApplicationPolicy{Match: account.MatchDigits(digits)}}
			return r.withLasting(cmd.Context(), func(s *lasting.Store) error { return createApplication(cmd, s, a) })
		},
	}
	create.Flags().StringVar(&tenant, "tenant", "", "tenant it belongs to")
	create.Flags().StringSliceVar(&origins, "origin", nil, "origin of the pages that wait, e.g. https://login.example (repeatable)")
	create.Flags().StringVar(&rpID, "rp-id", "", "domain to which passkeys belong: the host of an origin, or one above it; for good, passkeys do not move (default: no passkeys)")
	create.Flags().IntVar(&digits, "digits", 2, "digits of the number to type on the phone: 2 to 6, or 0 for none")
	list := &cobra.Command{
		Use: "list", Short: "List a tenant's applications", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.withLasting(cmd.Context(), func(s *lasting.Store) error { return listApplications(cmd, s, tenant) })
		},
	}
	list.Flags().StringVar(&tenant, "tenant", "", "tenant whose applications to list")
	revoke := r.revoke("End an application: its keys stop at once", (*lasting.Store).RevokeApplication)
	required(create, "tenant")
	required(list, "tenant")
	cmd.AddCommand(withJSON(create, list, revoke)...)
	return cmd
}

type applicationRow struct {
	ID        string     `json:"id"`
	Tenant    string     `json:"tenant"`
	Name      string     `json:"name"`
	Origins   []string   `json:"origins"`
	RPID      string     `json:"rp_id,omitempty"`
	Digits    int        `json:"digits"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

func createApplication(cmd *cobra.Command, s *lasting.Store, a account.Application) error {
	if err := validateApplication(a); err != nil {
		return err
	}
	var err error
	if a.ID, err = id.New(rand.Reader, id.Application); err != nil {
		return err
	}
	a.CreatedAt = whole(time.Now().UTC())
	if err := s.CreateApplication(cmd.Context(), a); err != nil {
		return named(a.Tenant, err)
	}
	if len(a.Origins) == 0 {
		fmt.Fprintln(cmd.ErrOrStderr(), "Warning: without --origin no page can wait for an answer; only the login service can ask for it.")
	}
	return show(cmd, applicationRow{a.ID, a.Tenant, a.Name, a.Origins, a.RPID, a.Digits(), a.CreatedAt, nil}, func(w io.Writer) error {
		fmt.Fprintf(w, "Created application %s (%s).\nNext: jawort key create --application %s --scopes login,enrol,admin\n", a.ID, a.Name, a.ID)
		return nil
	})
}

func validateApplication(a account.Application) error {
	errs := []error{account.ValidateName("name", a.Name), a.Policy.Validate(), account.ValidateRPID(a.RPID, a.Origins)}
	for _, o := range a.Origins {
		errs = append(errs, account.ValidateOrigin(o))
	}
	return errors.Join(errs...)
}

func listApplications(cmd *cobra.Command, s *lasting.Store, tenant string) error {
	tenants, err := s.Tenants(cmd.Context())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(tenants, func(t account.Tenant) bool { return t.ID == tenant }) {
		return fmt.Errorf("there is no %s", tenant)
	}
	applications, err := s.Applications(cmd.Context(), tenant)
	if err != nil {
		return err
	}
	rows := []applicationRow{}
	out := table{head: []any{"APPLICATION", "NAME", "ORIGINS", "RP ID", "DIGITS", "STATE"}}
	for _, a := range applications {
		rows = append(rows, applicationRow{a.ID, a.Tenant, a.Name, a.Origins, a.RPID, a.Digits(), whole(a.CreatedAt), optional(a.RevokedAt)})
		out.add(a.ID, a.Name, strings.Join(a.Origins, " "), a.RPID, a.Digits(), state(a.RevokedAt))
	}
	return show(cmd, rows, out.write)
}

func required(cmd *cobra.Command, flag string) {
	if err := cmd.MarkFlagRequired(flag); err != nil {
		panic(err) // the flag is not defined: a mistake in this file
	}
}
