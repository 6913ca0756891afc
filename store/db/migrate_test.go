package db_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	dbtest.OnEach(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		insert := func() error {
			_, err := db.Exec(ctx, d.Writes(), `INSERT INTO tenants (id, name, created_at) VALUES ('ten_1', 'Musterbank', jawort_now())`)
			return err
		}
		if err := insert(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Down(ctx, 0), d.Up(ctx)); err != nil {
			t.Fatal(err)
		}
		n, err := db.One(ctx, d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM tenants`)
		if err != nil || n != 0 {
			t.Fatalf("%d rows left, %v", n, err)
		}
		if err := insert(); err != nil {
			t.Fatal(err)
		}
	})
}

// The bills of an installation that is brought up to date say what they said before, to the cent and whether it was late.
func TestTheUsageOfOlderEntriesIsKeptToo(t *testing.T) {
	dbtest.OnEach(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := d.Down(ctx, 60); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			`INSERT INTO tenants (id, name, created_at) VALUES ('ten_1', 'Musterbank', 1)`,
			`INSERT INTO accounts (id, tenant, external_id, label, created_at) VALUES ('acc_1', 'ten_1', '4711', '', 1), ('acc_2', 'ten_1', '4712', '', 1)`,
			`INSERT INTO ledger_quarters (tenant, quarter, exported_at) VALUES ('ten_1', '2026-Q3', 1)`,
			`INSERT INTO ledger_entries (message, tenant, application, account, group_id, payer, country, prefix, price, currency, state, month, quarter, reserved_at, exported) VALUES
				('msg_1', 'ten_1', '', 'acc_1', '', 'acc_2', 'DE', '', 755, 'EUR', 'settled', '', '2026-Q3', 1, TRUE),
				('msg_2', 'ten_1', '', 'acc_1', '', 'acc_2', 'DE', '', 755, 'EUR', 'settled', '', '2026-Q3', 1, TRUE),
				('msg_3', 'ten_1', '', 'acc_1', '', 'acc_2', 'DE', '', 1000, 'EUR', 'settled', '', '2026-Q3', 1, FALSE),
				('msg_4', 'ten_1', '', 'acc_1', '', 'acc_2', 'DE', '', 755, 'EUR', 'released', '', '2026-Q3', 1, FALSE),
				('msg_5', 'ten_1', '', 'acc_1', '', 'acc_2', 'DE', '', 755, 'EUR', 'reserved', '', '2026-Q3', 1, FALSE)`,
		} {
			if _, err := db.Exec(ctx, d.Writes(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Up(ctx); err != nil {
			t.Fatal(err)
		}
		got, err := db.All(ctx, d.Reads(), db.ScanString, `
			SELECT quarter || ' ' || payer || ' ' || account_login || ' ' || messages || ' ' || amount || ' ' || exported_messages || ' ' || exported_amount FROM ledger_usage`)
		if want := []string{"2026-Q3 acc_2 4711 3 2510 2 1510"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("the usage is %q, want %q; %v", got, want, err)
		}
	})
}

func TestWhatIsKeptBesideOlderAccountsIsWholeToo(t *testing.T) {
	dbtest.OnEach(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if err := d.Down(ctx, 62); err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{
			`INSERT INTO tenants (id, name, created_at) VALUES ('ten_1', 'Musterbank', 1)`,
			`INSERT INTO accounts (id, tenant, external_id, label, created_at) VALUES ('acc_1', 'ten_1', '4711', '', 1)`,
			`INSERT INTO accounts (id, tenant, external_id, label, manager, phone, email, created_at) VALUES
				('acc_2', 'ten_1', '4712', '', 'acc_1', '+4915123456789', '', 1), ('acc_3', 'ten_1', '4713', '', NULL, '', 'a@post.example', 1)`,
			`INSERT INTO invitations (account, invited_at, reminded_at) VALUES ('acc_2', 5, 7), ('acc_3', 6, 0)`,
			`INSERT INTO ledger_usage (tenant, quarter, payer, account, account_login, currency, messages, amount) VALUES
				('ten_1', '2026-Q3', 'acc_1', 'acc_2', '4712', 'EUR', 1, 1), ('ten_1', '2026-Q3', 'acc_2', 'acc_2', '4712', 'EUR', 1, 1)`,
		} {
			if _, err := db.Exec(ctx, d.Writes(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Up(ctx); err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string][]string{
			`SELECT account || ' ' || COALESCE(manager, '-') || ' ' || CAST(phone AS INTEGER) || ' ' || CAST(email AS INTEGER) || ' ' || asked_at FROM account_facets ORDER BY account`: {
				"acc_1 - 0 0 0", "acc_2 acc_1 1 0 7", "acc_3 - 0 1 6",
			},
			`SELECT payer || ' ' || COALESCE(manager, '-') FROM ledger_usage ORDER BY payer`: {"acc_1 -", "acc_2 acc_1"},
		} {
			if got, err := db.All(ctx, d.Reads(), db.ScanString, query); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q; %v", query, got, want, err)
			}
		}
	})
}
