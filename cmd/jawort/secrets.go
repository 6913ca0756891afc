package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/keys"
)

func newSecrets() *cobra.Command {
	cmd := &cobra.Command{Use: "secrets", Short: "The installation's secret keys"}
	cmd.AddCommand(&cobra.Command{
		Use: "init FILE", Short: "Make a new key file; an existing one is left alone", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := keys.Generate()
			if err != nil {
				return err
			}
			if err := set.Save(args[0]); err != nil {
				return err
			}
			public, _ := set.VAPID()
			fmt.Fprintf(cmd.OutOrStdout(), "Wrote %s. Every process of the installation needs this file; back it up apart from the database.\n"+
				"Web Push apps subscribe with the application server key\n\n  %s\n\n", args[0], public)
			return nil
		},
	})
	return cmd
}
