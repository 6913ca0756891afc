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
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
)

func (r *root) key() *cobra.Command {
	var application, scopes string
	cmd := &cobra.Command{Use: "key", Short: "API keys of an application"}
	create := &cobra.Command{
		Use: "create", Short: "Create an API key; its secret is shown once", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.withLasting(cmd.Context(), func(s *lasting.Store) error { return createKey(cmd, s, application, scopes) })
		},
	}
	create.Flags().StringVar(&application, "application", "", "application that uses the key")
	create.Flags().StringVar(&scopes, "scopes", "login", "what it may do: some of login, enrol, admin, separated by commas")
	list := &cobra.Command{
		Use: "list", Short: "List an application's keys", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.withLasting(cmd.Context(), func(s *lasting.Store) error { return listKeys(cmd, s, application) })
		},
	}
	list.Flags().StringVar(&application, "application", "", "application whose keys to list")
	revoke := r.revoke("End a key at once", (*lasting.Store).RevokeKey)
	required(create, "application")
	required(list, "application")
	cmd.AddCommand(withJSON(create, list, revoke)...)
	return cmd
}

type keyRow struct {
	ID          string          `json:"id"`
	Application string          `json:"application"`
	Scopes      []account.Scope `json:"scopes"`
	Secret      string          `json:"secret,omitempty"`
	CreatedAt   time.Time       `json:"created_at"`
	UsedAt      *time.Time      `json:"used_at,omitempty"` // to account.KeyUse
	RevokedAt   *time.Time      `json:"revoked_at,omitempty"`
}

func createKey(cmd *cobra.Command, s *lasting.Store, application, scopes string) error {
	parsed, err := account.ParseScopes(scopes)
	if err != nil {
		return err
	}
	secret, err := account.NewSecret(rand.Reader)
	if err != nil {
		return err
	}
	keyID, err := id.New(rand.Reader, id.Key)
	if err != nil {
		return err
	}
	slices.Sort(parsed)
	k := account.Key{ID: keyID, Application: application, Scopes: slices.Compact(parsed), Hash: account.HashSecret(secret), CreatedAt: whole(time.Now().UTC())}
	if err := s.CreateKey(cmd.Context(), k); err != nil {
		return named(application, err)
	}
	return show(cmd, keyRow{k.ID, k.Application, k.Scopes, secret, k.CreatedAt, nil, nil}, func(w io.Writer) error {
		fmt.Fprintf(w, "Created key %s. Its secret is shown only now:\n\n  %s\n\n"+
			"Next, where Jawort does not run yet: jawort operator invite --name NAME --role administrator, then jawort serve\n", k.ID, secret)
		return nil
	})
}

func listKeys(cmd *cobra.Command, s *lasting.Store, application string) error {
	if _, err := s.Application(cmd.Context(), application); errors.Is(err, db.ErrNotFound) {
		return fmt.Errorf("there is no %s", application)
	} else if err != nil {
		return err
	}
	keys, err := s.Keys(cmd.Context(), application)
	if err != nil {
		return err
	}
	rows := []keyRow{}
	out := table{head: []any{"KEY", "SCOPES", "CREATED", "LAST USE", "STATE"}}
	for _, k := range keys {
		rows = append(rows, keyRow{k.ID, k.Application, k.Scopes, "", whole(k.CreatedAt), optional(k.UsedAt), optional(k.RevokedAt)})
		out.add(k.ID, joined(k.Scopes), moment(k.CreatedAt), lastUse(k.UsedAt), state(k.RevokedAt))
	}
	return show(cmd, rows, out.write)
}

func joined(scopes []account.Scope) string {
	var names []string
	for _, s := range scopes {
		names = append(names, string(s))
	}
	return strings.Join(names, ",")
}
