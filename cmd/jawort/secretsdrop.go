package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/sealed"
)

// keptOutside is how long things live that a key sealed or authenticated and that do not lie in the database: kept answers of
// idempotency keys in Redis (24 h), tickets of pages, nonces of phones.
const keptOutside = 25 * time.Hour

func (r *root) drop() *cobra.Command {
	leaked := false
	cmd := &cobra.Command{
		Use: "drop ID FILE", Short: "Take a key away that does not write any more", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.withSecrets(cmd, args[1], func(f *secretsFile) error { return r.dropSecret(cmd, f, args[0], leaked, time.Now()) })
		},
	}
	cmd.Flags().BoolVar(&leaked, "leaked", false, "do not wait for what it made in the last 25 hours (open questions and kept answers are lost), and end what can be forged with an "+
		"authentication key: the trust in all browsers, and open enrolments")
	return cmd
}

func (r *root) dropSecret(cmd *cobra.Command, f *secretsFile, name string, leaked bool, now time.Time) error {
	k, err := f.find(name)
	if err != nil {
		return err
	}
	if err := r.droppable(cmd.Context(), f.set, k, leaked, now); err != nil {
		return err
	}
	if leaked && k.Kind == keys.Authentication {
		if err := r.endForgeable(cmd); err != nil {
			return err
		}
	}
	set, err := f.set.Drop(k)
	if err != nil {
		return err
	}
	if err := f.replace(cmd.Context(), set); err != nil {
		return err
	}
	return show(cmd, rowOf(k), func(w io.Writer) error {
		fmt.Fprintf(w, "%s is gone from %s. Give the file to every process and restart them.\n", k.ID, f.path)
		return nil
	})
}

// endForgeable comes before the key goes: repeating it harms nothing.
func (r *root) endForgeable(cmd *cobra.Command) error {
	return r.withLasting(cmd.Context(), func(s *lasting.Store) error {
		ended, err := s.EndForgeable(cmd.Context())
		if err == nil {
			fmt.Fprintf(cmd.ErrOrStderr(), "Ended: the trust in all browsers, and %d open enrolments.\n", ended.Enrolments)
		}
		return err
	})
}

func (r *root) droppable(ctx context.Context, set *keys.Set, k keys.Key, leaked bool, now time.Time) error {
	if k.Writes {
		return keys.ErrWrites
	}
	used := !k.WroteUntil.IsZero()
	if outside := k.Kind == keys.Sealing || k.Kind == keys.Authentication; outside && used && !leaked && now.Before(k.WroteUntil.Add(keptOutside)) {
		return fmt.Errorf("%s wrote until %s, and what it made may be needed for 25 hours: try again after %s, or give --leaked",
			k.ID, k.WroteUntil.Format(time.RFC3339), k.WroteUntil.Add(keptOutside).Format(time.RFC3339))
	}
	if k.Kind != keys.Sealing {
		return nil
	}
	return r.withSealed(ctx, set, func(s *sealed.Store) error {
		left, err := s.Left(ctx, k.SealPrefix())
		if err == nil && left > 0 {
			err = fmt.Errorf("%d values in the database are sealed by %s: run `jawort secrets reseal` first, with the key file in which another one seals", left, k.ID)
		}
		return err
	})
}

func (r *root) reseal() *cobra.Command {
	return &cobra.Command{
		Use: "reseal", Short: "Seal anew what lies in the database under earlier keys; may run beside the processes, and be repeated", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := r.config()
			if err != nil {
				return err
			}
			if cfg.KeysFile == "" {
				return errors.New("keys_file is not set")
			}
			set, err := loadKeys(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			return r.withSealed(cmd.Context(), set, func(s *sealed.Store) error { return resealAll(cmd, s) })
		},
	}
}

func resealAll(cmd *cobra.Command, s *sealed.Store) error {
	n, err := s.Reseal(cmd.Context(), func(table string, done int) {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d\n", table, done)
	})
	if err != nil {
		return err
	}
	return show(cmd, map[string]int{"resealed": n}, func(w io.Writer) error {
		fmt.Fprintf(w, "%d values were sealed by earlier keys and are sealed anew.\n", n)
		return nil
	})
}

func (r *root) withSealed(ctx context.Context, set *keys.Set, do func(*sealed.Store) error) error {
	return r.withLasting(ctx, func(s *lasting.Store) error {
		return do(&sealed.Store{DB: s.DB, Keys: set, Columns: process.Sealed()})
	})
}
