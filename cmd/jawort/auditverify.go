package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/spf13/cobra"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/lasting"
)

// verification is what the flags of `jawort audit verify` say.
type verification struct {
	keyFile, headFile, tenant string
	database                  bool
}

func (r *root) verifyLog() *cobra.Command {
	var v verification
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Check an audit log: a file that was exported, without network, or the database",
		Long: "Finds any edit, gap or reordering in an exported log, and says the first with its place. FILE may be - for standard input. The keys are the body\n" +
			"of /.well-known/jwks.json. A log that was cut at its end, or made anew, is found by a head that was kept from before: --head takes an\n" +
			"earlier export, or the JWS of a head. With --database the logs are checked where they lie, and with them the outcomes that they record.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case v.database && len(args) == 0 && v.headFile == "":
				return r.withLasting(cmd.Context(), func(s *lasting.Store) error { return v.inDatabase(cmd, s) })
			case !v.database && len(args) == 1 && v.keyFile != "" && v.tenant == "":
				return v.inFile(cmd, args[0])
			default:
				return errors.New("give FILE with --keys, and --head where one was kept; or --database, with --tenant for one log and --keys for keys from elsewhere")
			}
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&v.keyFile, "keys", "", "JWK set with the receipt keys; with --database: in place of those in it")
	flags.StringVar(&v.headFile, "head", "", "an earlier export, or a head: the log must contain what it states")
	flags.BoolVar(&v.database, "database", false, "check the configured database")
	flags.StringVar(&v.tenant, "tenant", "", "with --database: the tenant whose log to check; default: all")
	withJSON(cmd)
	return cmd
}

func (v verification) inFile(cmd *cobra.Command, path string) error {
	published, err := readKeys(v.keyFile)
	if err != nil {
		return err
	}
	var kept []string
	if v.headFile != "" {
		head, err := readHead(v.headFile)
		if err != nil {
			return err
		}
		kept = append(kept, head)
	}
	in := cmd.InOrStdin()
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		in = file
	}
	report, err := domain.Verify(in, published, kept...)
	if err != nil {
		return broken(err)
	}
	return show(cmd, report, func(w io.Writer) error { return describeLog(w, report) })
}

// readHead returns the last head of an export, or the head that is all of the file.
func readHead(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	b = bytes.TrimSpace(b)
	last := b[bytes.LastIndexByte(b, '\n')+1:]
	var line struct {
		Head string `json:"head"`
	}
	if json.Unmarshal(last, &line) == nil && line.Head != "" {
		return line.Head, nil
	}
	if len(last) == len(b) && bytes.Count(b, []byte(".")) == 2 {
		return string(b), nil
	}
	return "", fmt.Errorf("%s neither ends with a head nor is one", path)
}

func (v verification) inDatabase(cmd *cobra.Command, s *lasting.Store) error {
	published, err := v.publishedIn(cmd, s)
	if err != nil {
		return err
	}
	log := audit.New(s.DB, rand.Reader)
	var found []audit.Check
	if v.tenant == "" {
		found, err = checkAll(cmd.Context(), log, published)
	} else if err = known(cmd.Context(), s, v.tenant); err == nil {
		found, err = checkLogs(cmd.Context(), log, published, v.tenant)
	}
	if err != nil {
		return err
	}
	return show(cmd, found, func(w io.Writer) error { return describeChecks(w, found) })
}

// checkAll checks the logs of all tenants, until one does not hold.
func checkAll(ctx context.Context, log *audit.Store, published jose.JSONWebKeySet) ([]audit.Check, error) {
	tenants, err := log.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	return checkLogs(ctx, log, published, tenants...)
}

func checkLogs(ctx context.Context, log *audit.Store, published jose.JSONWebKeySet, tenants ...string) ([]audit.Check, error) {
	found := []audit.Check{}
	for _, tenant := range tenants {
		check, err := log.Verify(ctx, tenant, published)
		if err != nil {
			return found, fmt.Errorf("%s: %w", tenantName(tenant), broken(err))
		}
		found = append(found, check)
	}
	return found, nil
}

func (v verification) publishedIn(cmd *cobra.Command, s *lasting.Store) (jose.JSONWebKeySet, error) {
	if v.keyFile != "" {
		return readKeys(v.keyFile)
	}
	return auditlog.Published(cmd.Context(), s)
}

func describeChecks(w io.Writer, found []audit.Check) error {
	if len(found) == 0 {
		_, err := fmt.Fprintln(w, "valid: nothing has happened yet")
		return err
	}
	for _, c := range found {
		if err := describeLog(w, c.Report); err != nil {
			return err
		}
		for _, kept := range []struct {
			of string
			audit.Standings
		}{{"documents", c.Documents}, {"evidence", c.Evidence}} {
			if _, err := fmt.Fprintf(w, "  %-9s %d of outcomes as they were, %d erased\n", kept.of, kept.Intact, kept.Erased); err != nil {
				return err
			}
		}
	}
	return nil
}

// tenantName is how a log is called; outside text is quoted, so that it cannot imitate this output.
func tenantName(tenant string) string {
	switch {
	case tenant == "":
		return "the installation"
	case readable(tenant):
		return tenant
	default:
		return fmt.Sprintf("%q", strings.ToValidUTF8(tenant, "?"))
	}
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }
