package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/backup"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/sealed"
)

func (r *root) restore() *cobra.Command {
	database := false
	cmd := &cobra.Command{
		Use: "restore [FILE]", Short: "Bring a backup into an empty database, and end what it opens again", Args: cobra.MaximumNArgs(1),
		Long: "Brings a file that `jawort backup` wrote into the empty database of the configuration. Then it ends what can be used once and may have been used after\n" +
			"the backup, and checks the key file and the audit log. With --database the data is there already, by the database's own tools. No process may serve it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if database == (len(args) == 1) {
				return errors.New("give the FILE of a backup; or --database, where the database's own tools restored it")
			}
			cfg, set, err := r.restorable()
			if err != nil {
				return err
			}
			if !database {
				if err := backup.Bring(cmd.Context(), cfg.Database, args[0]); err != nil {
					return err
				}
			}
			return settle(cmd, cfg, set)
		},
	}
	cmd.Flags().BoolVar(&database, "database", false, "bring nothing: end and check what the configured database holds")
	return withJSON(cmd)[0]
}

// restorable reads what is needed afterwards, so that it does not fail half-way.
func (r *root) restorable() (*config.Config, *keys.Set, error) {
	cfg, err := r.config()
	if err != nil {
		return nil, nil, err
	}
	set, err := keys.Load(cfg.KeysFile)
	return cfg, set, err
}

// restoration is what was done in a restored database, and what was found.
type restoration struct {
	Until  time.Time       `json:"until,omitzero"` // of the last entry of the audit log
	Ended  []endedInTenant `json:"ended"`
	Sealed sealed.Check    `json:"sealed"`
	Audit  []audit.Check   `json:"audit"`
}

type endedInTenant struct {
	Tenant string `json:"tenant"`
	lasting.Reopened
}

// settle goes through all steps before it says what failed: the first makes the database safe to serve.
func settle(cmd *cobra.Command, cfg *config.Config, set *keys.Set) error {
	ctx := cmd.Context()
	store, err := process.OpenDatabase(ctx, cfg.Database, slog.New(slog.DiscardHandler)) // serving warns
	if err != nil {
		return err
	}
	defer store.Close()
	var done restoration
	ended, err := store.EndReopened(ctx, factors.EndBypasses)
	if err != nil {
		return err
	}
	for _, e := range ended {
		done.Ended = append(done.Ended, endedInTenant{e.Tenant, e})
	}
	failed := errors.Join(done.checkKeys(ctx, store, cfg, set), done.checkLog(ctx, store))
	return errors.Join(show(cmd, done, done.describe), failed)
}

// checkKeys looks whether the key file is that of the database.
func (d *restoration) checkKeys(ctx context.Context, store *lasting.Store, cfg *config.Config, set *keys.Set) (err error) {
	s := sealed.Store{DB: store.DB, Keys: set, Columns: process.Sealed()}
	if d.Sealed, err = s.Check(ctx); err != nil {
		return err
	}
	signed, ever, err := signers(ctx, store, set)
	if err != nil {
		return err
	}
	if d.Sealed.Foreign > 0 || ever > 0 && signed == 0 {
		return fmt.Errorf("%s is not the key file of this database: it opens %d of %d sealed values, and %d of its receipt keys signed here; "+
			"set keys_file to the right one, and check again with `jawort restore --database`",
			cfg.KeysFile, d.Sealed.Opened, d.Sealed.Opened+d.Sealed.Foreign, signed)
	}
	return nil
}

// signers counts the receipt keys that the database knows, and those of the key file among them.
func signers(ctx context.Context, store *lasting.Store, set *keys.Set) (ours, all int, err error) {
	there, err := auditlog.Published(ctx, store)
	if err != nil {
		return 0, 0, err
	}
	public, err := set.ReceiptPublic()
	for kid := range public {
		ours += len(there.Key(kid))
	}
	return ours, len(there.Keys), err
}

func (d *restoration) checkLog(ctx context.Context, store *lasting.Store) error {
	published, err := auditlog.Published(ctx, store)
	if err != nil {
		return err
	}
	d.Audit, err = checkAll(ctx, audit.New(store.DB, rand.Reader), published)
	for _, check := range d.Audit {
		if check.Report.To.After(d.Until) {
			d.Until = check.Report.To
		}
	}
	return err
}

func (d *restoration) describe(w io.Writer) error {
	var sum lasting.Reopened
	for _, e := range d.Ended {
		sum.Enrolments += e.Enrolments
		sum.Recoveries += e.Recoveries
		sum.BypassCodes += e.BypassCodes
	}
	if d.Until.IsZero() {
		fmt.Fprintln(w, "Restored.")
	} else {
		fmt.Fprintf(w, "Restored. The last entry of its audit log is of %s.\n", stamp(d.Until))
	}
	fmt.Fprintf(w, "Ended, because they may have been used since: %d open enrolments, %d recoveries, %d bypass codes, and the trust in all browsers.\n",
		sum.Enrolments, sum.Recoveries, sum.BypassCodes)
	fmt.Fprintf(w, "The key file opens %d of %d sealed values.\n", d.Sealed.Opened, d.Sealed.Opened+d.Sealed.Foreign)
	if err := describeChecks(w, d.Audit); err != nil {
		return err
	}
	_, err := io.WriteString(w, whatIsLost)
	return err
}

const whatIsLost = `
What happened after the backup is lost, and the state before counts again:
  - logins that were answered since are in no list and have no receipt any more
  - phones, passkeys and methods that were registered since are unknown: register them again
  - phones, API keys, applications and methods that were REVOKED since work again, recovery codes that were used since too,
    and numbers, addresses, policies and deletions are as before: do those changes again before you serve
  - people who were erased since are back: erase them again
Empty Redis before you start the processes. docs/operations.md ("After a restore") says how to find what has to be done.
`
