package local

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
)

// seeded is how many accounts one transaction writes.
const seeded = 20000

// Seed writes accounts with one registered phone each straight into the tables. They are there to be many, and to be asked
// without ever answering: their phones have keys that nobody holds and no push address. It returns when the database has
// tidied up after it.
func (s *Stack) Seed(ctx context.Context, prefix string, count int, progress func(done int)) error {
	conn, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	// As a replica does: no trigger and no foreign key is asked for each row, so what triggers would write is written here.
	if _, err := conn.Exec(ctx, `SET session_replication_role = replica`); err != nil {
		return fmt.Errorf("local: seed: %w", err)
	}
	for done := 0; done < count; {
		n := min(seeded, count-done)
		if err := s.seedSome(ctx, conn, prefix, done, n); err != nil {
			return err
		}
		done += n
		progress(done)
	}
	if count >= seeded {
		_, err = conn.Exec(ctx, `VACUUM ANALYZE`)
	}
	return err
}

// resident is one account that nobody answers for.
type resident struct {
	externalID, account, installation, device string
}

func (s *Stack) seedSome(ctx context.Context, conn *pgx.Conn, prefix string, first, count int) error {
	residents, err := newResidents(prefix, first, count)
	if err != nil {
		return err
	}
	now := time.Now().UnixMicro()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, table := range []struct {
			name, columns string
			row           func(resident) []any
		}{
			{"accounts", "id tenant external_id label created_at sought_id sought_label", func(r resident) []any {
				return []any{r.account, s.Tenant, r.externalID, r.externalID, now, strings.ToLower(r.externalID), strings.ToLower(r.externalID)}
			}},
			{"account_facets", "account tenant external_id devices", func(r resident) []any {
				return []any{r.account, s.Tenant, r.externalID, 1}
			}},
			{"installations", "id thumbprint platform os_version model language screen_lock notifications created_at", func(r resident) []any {
				return []any{r.installation, randomText(), "android", "16", "seeded", "en", true, true, now}
			}},
			{"devices", "id account installation holder label created_at", func(r resident) []any {
				return []any{r.device, r.account, r.installation, "Nobody", "Seeded phone", now}
			}},
			{"credentials", "id device account public_key sign_count backup_eligible attestation status enrolled_at", func(r resident) []any {
				return []any{randomBytes(), r.device, r.account, randomBytes(), 0, false, "none", string(account.Active), now}
			}},
		} {
			source := pgx.CopyFromSlice(count, func(i int) ([]any, error) { return table.row(residents[i]), nil })
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{table.name}, strings.Fields(table.columns), source); err != nil {
				return fmt.Errorf("local: seed %s: %w", table.name, err)
			}
		}
		return nil
	})
}

func newResidents(prefix string, first, count int) ([]resident, error) {
	all := make([]resident, count)
	for i := range all {
		r := &all[i]
		r.externalID = prefix + strconv.Itoa(first+i)
		for kind, into := range map[string]*string{id.Account: &r.account, id.Installation: &r.installation, id.Device: &r.device} {
			var err error
			if *into, err = id.New(rand.Reader, kind); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func randomBytes() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return b
}

func randomText() string { return base64.RawURLEncoding.EncodeToString(randomBytes()) }
