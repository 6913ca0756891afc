package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/keys"
)

func (r *root) secrets() *cobra.Command {
	cmd := &cobra.Command{Use: "secrets", Short: "The installation's secret keys, and how they are exchanged"}
	cmd.PersistentFlags().String("kms", "", "the key of a KMS that FILE is encrypted under, or none; default: keys_kms of the configuration")
	cmd.AddCommand(r.newSecretsFile())
	cmd.AddCommand(withJSON(
		&cobra.Command{
			Use: "show FILE", Short: "List the keys, without what is secret", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return r.withSecrets(cmd, args[0], func(f *secretsFile) error { return showSecrets(cmd, f) })
			},
		},
		&cobra.Command{
			Use: "add KIND FILE", Short: "Add a key of a kind (sealing, authentication, receipt, vapid) that only reads so far", Args: cobra.ExactArgs(2),
			RunE: func(cmd *cobra.Command, args []string) error {
				return r.withSecrets(cmd, args[1], func(f *secretsFile) error { return addSecret(cmd, f, keys.Kind(args[0])) })
			},
		},
		&cobra.Command{
			Use: "promote ID FILE", Short: "Have a key write from now on; the one that wrote only reads", Args: cobra.ExactArgs(2),
			RunE: func(cmd *cobra.Command, args []string) error {
				return r.withSecrets(cmd, args[1], func(f *secretsFile) error { return promoteSecret(cmd, f, args[0], time.Now()) })
			},
		},
		r.drop(), r.reseal(),
	)...)
	cmd.AddCommand(r.rewrap())
	return cmd
}

func (r *root) newSecretsFile() *cobra.Command {
	return &cobra.Command{
		Use: "init FILE", Short: "Make a new key file; an existing one is left alone", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			wrapper, err := r.wrapper(cmd)
			if err != nil {
				return err
			}
			set, err := keys.Generate()
			if err != nil {
				return err
			}
			if err := wrapper.Save(cmd.Context(), set, args[0]); err != nil {
				return err
			}
			public, _ := set.VAPID()
			fmt.Fprintf(cmd.OutOrStdout(), "Wrote %s%s. Every process of the installation needs this file; back it up apart from the database.\n"+
				"Web Push apps subscribe with the application server key\n\n  %s\n\nNext: jawort tenant create NAME\n", args[0], encryptedBy(wrapper), public)
			return nil
		},
	}
}

type secretRow struct {
	ID         string     `json:"id"`
	Kind       keys.Kind  `json:"kind"`
	Writes     bool       `json:"writes"`
	WroteUntil *time.Time `json:"wrote_until,omitempty"`
	Public     string     `json:"public,omitempty"`
}

func rowOf(k keys.Key) secretRow {
	return secretRow{ID: k.ID, Kind: k.Kind, Writes: k.Writes, WroteUntil: optional(k.WroteUntil), Public: k.Public}
}

func (s secretRow) state() string {
	switch {
	case s.Writes:
		return "writes"
	case s.WroteUntil != nil:
		return "reads; wrote until " + moment(*s.WroteUntil)
	}
	return "reads; has not written yet"
}

func showSecrets(cmd *cobra.Command, f *secretsFile) error {
	rows := []secretRow{}
	out := table{head: []any{"KEY", "STATE", "PUBLIC"}}
	for _, k := range f.set.Keys() {
		row := rowOf(k)
		rows = append(rows, row)
		out.add(row.ID, row.state(), row.Public)
	}
	return show(cmd, rows, out.write)
}

func addSecret(cmd *cobra.Command, f *secretsFile, kind keys.Kind) error {
	set, made, err := f.set.Add(kind)
	if err != nil {
		return err
	}
	if err := f.replace(cmd.Context(), set); err != nil {
		return err
	}
	return show(cmd, rowOf(made), func(w io.Writer) error {
		fmt.Fprintf(w, "Added %s. Give %s to every process and restart all of them; only then\n\n  jawort secrets promote %[1]s %[2]s\n\n", made.ID, f.path)
		return nil
	})
}

func promoteSecret(cmd *cobra.Command, f *secretsFile, name string, now time.Time) error {
	k, err := f.find(name)
	if err != nil {
		return err
	}
	set, err := f.set.Promote(k, now)
	if err != nil {
		return err
	}
	if err := f.replace(cmd.Context(), set); err != nil {
		return err
	}
	if k, err = set.Find(k.ID); err != nil {
		return err
	}
	return show(cmd, rowOf(k), func(w io.Writer) error {
		fmt.Fprintf(w, "%s writes. Give %s to every process and restart them, one after the other.\n%s\n", k.ID, f.path, afterPromotion[k.Kind])
		return nil
	})
}

// afterPromotion says when the key before may go.
var afterPromotion = map[keys.Kind]string{
	keys.Sealing:        "Then `jawort secrets reseal`, and a day later the key before may go: `jawort secrets drop`.",
	keys.Authentication: "Phones fetch a new token by themselves. A day later the key before may go: `jawort secrets drop`.",
	keys.Receipt:        "The key before may go at once: what it signed is checked by its public half, which stays published for ever.",
	keys.WebPush:        "Phones subscribe anew when the app is opened. Keep the key before for as long as others are to be woken.",
}
