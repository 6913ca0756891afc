package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/spf13/cobra"

	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/backup"
	"github.com/jawort/jawort/store/factors"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/restored"
	"github.com/jawort/jawort/store/sealed"
	"github.com/jawort/jawort/store/webhooks"
)

func (r *root) restore() *cobra.Command {
	var database bool
	var exports []string
	cmd := &cobra.Command{
		Use: "restore [FILE]", Short: "Bring a backup into an empty database, and end what it opens again", Args: cobra.MaximumNArgs(1),
		Long: "Brings a file that `jawort backup` wrote into the empty database of the configuration. Then it ends what can be used once and may have been used after\n" +
			"the backup, and checks the key file and the audit log. With --audit it also ends what an export of the audit log says had ended since: phones, methods, API keys,\n" +
			"applications, accounts. With --database the data is there already, by the database's own tools. No process may serve it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if database == (len(args) == 1) {
				return errors.New("give the FILE of a backup; or --database, where the database's own tools restored it")
			}
			cfg, set, err := r.restorable(cmd.Context())
			if err != nil {
				return err
			}
			if !database {
				if err := backup.Bring(cmd.Context(), cfg.Database, args[0]); err != nil {
					return err
				}
			}
			return settle(cmd, cfg, set, exports)
		},
	}
	cmd.Flags().StringArrayVar(&exports, "audit", nil, "an export of a tenant's audit log from after the backup (may be repeated)")
	cmd.Flags().BoolVar(&database, "database", false, "bring nothing: end and check what the configured database holds")
	return withJSON(cmd)[0]
}

// restorable reads what is needed afterwards, so that it does not fail half-way.
func (r *root) restorable(ctx context.Context) (*config.Config, *keys.Set, error) {
	cfg, err := r.config()
	if err != nil {
		return nil, nil, err
	}
	set, err := loadKeys(ctx, cfg)
	return cfg, set, err
}

// restoration is what was done in a restored database, and what was found.
type restoration struct {
	Until time.Time       `json:"until,omitzero"` // of the last entry of the audit log
	Ended []endedInTenant `json:"ended"`
	// Of the console: sessions of operators, and links that invite one.
	Sessions int64             `json:"console_sessions"`
	Links    int64             `json:"console_links"`
	Since    []restored.Report `json:"since,omitempty"` // what the exports told
	Sealed   sealed.Check      `json:"sealed"`
	Audit    []audit.Check     `json:"audit"`
}

type endedInTenant struct {
	Tenant string `json:"tenant"`
	lasting.Reopened
}

// settle goes through all steps before it says what failed: the first makes the database safe to serve.
func settle(cmd *cobra.Command, cfg *config.Config, set *keys.Set, exports []string) error {
	ctx := cmd.Context()
	store, err := process.OpenDatabase(ctx, cfg.Database, slog.New(slog.DiscardHandler)) // serving warns
	if err != nil {
		return err
	}
	defer store.Close()
	var done restoration
	ended, err := store.EndReopened(ctx, factors.EndBypasses)
	if err != nil {
		return fmt.Errorf("the data is there, but what a backup opens again has not ended: start no process before `jawort restore --database` has succeeded: %w", err)
	}
	for _, e := range ended {
		done.Ended = append(done.Ended, endedInTenant{e.Tenant, e})
	}
	if done.Sessions, done.Links, err = (&operators.Store{DB: store.DB}).SignOutAll(ctx); err != nil {
		return fmt.Errorf("the data is there, but operators are still signed in: start no process before `jawort restore --database` has succeeded: %w", err)
	}
	failed := errors.Join(done.endSince(ctx, store, set, exports), done.checkKeys(ctx, store, cfg, set), done.checkLog(ctx, store), checkRedis(ctx, cfg))
	return errors.Join(show(cmd, done, done.describe), failed)
}

// endSince ends what the exports say had ended. A head may be signed by a key that the backup does not know yet.
func (d *restoration) endSince(ctx context.Context, store *lasting.Store, set *keys.Set, exports []string) error {
	published, err := auditlog.Published(ctx, store)
	if err != nil {
		return err
	}
	ours, err := set.ReceiptPublic()
	if err != nil {
		return err
	}
	for kid, b := range ours {
		if len(published.Key(kid)) > 0 {
			continue
		}
		var key jose.JSONWebKey
		if err := json.Unmarshal(b, &key); err != nil {
			return err
		}
		published.Keys = append(published.Keys, key)
	}
	later := restored.Store{Lasting: store, Log: audit.New(store.DB, rand.Reader), Webhooks: webhooks.New(store.DB, rand.Reader)}
	var failed []error
	for _, path := range exports {
		report, err := endFrom(ctx, later, path, published)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", path, broken(err)))
			continue
		}
		d.Since = append(d.Since, report)
	}
	return errors.Join(failed...)
}

func endFrom(ctx context.Context, later restored.Store, path string, published jose.JSONWebKeySet) (restored.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return restored.Report{}, err
	}
	defer f.Close()
	return later.End(ctx, f, published)
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

// whoseRedis keeps a drill from emptying a Redis that serves people.
const whoseRedis = "the Redis of the configuration holds %d keys. Where this database is going to be served with it, they are questions of another past: " +
	"start no process before each of its primaries was told FLUSHALL, and check again with `jawort restore --database`. " +
	"Where it serves another database, as in a drill, leave it alone: set JAWORT_REDIS=embedded, or to a spare one, and check again"

// checkRedis looks whether questions of another past are left.
func checkRedis(ctx context.Context, cfg *config.Config) error {
	redis, err := live.Open(ctx, live.Config{URL: cfg.Redis}, time.Now)
	if err != nil {
		return fmt.Errorf("whether Redis is empty is not known: check again with `jawort restore --database`: %w", err)
	}
	defer redis.Close()
	held, err := redis.Size(ctx)
	if err == nil && held > 0 {
		err = fmt.Errorf(whoseRedis, held)
	}
	return err
}
