package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/store/backup"
)

func (r *root) backup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Write the database into a new file, while the processes run", Args: cobra.ExactArgs(1),
		Long: "Writes the database as it is at one moment into a new file that only its owner can read: an archive of pg_dump (which must be in the PATH), or a\n" +
			"database of SQLite. The key file is not in it: keep it elsewhere, since both together tell everything.",
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := r.config()
			if err != nil {
				return err
			}
			if err := backup.Take(cmd.Context(), cfg.Database, args[0]); err != nil {
				return err
			}
			return show(cmd, map[string]string{"file": args[0]}, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "Wrote %s. The key file is not in it.\n", args[0])
				return err
			})
		},
	}
	return withJSON(cmd)[0]
}
