package organisation_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	domain "github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/organisation"
	"github.com/jawort/jawort/store/outbox"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// world is a database on which files are applied.
type world struct {
	*testing.T
	*organisation.Store
}

func onEach(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	return &world{t, &organisation.Store{
		Lasting: &lasting.Store{DB: d}, SMS: &ledger.Store{DB: d}, Random: rand.Reader,
		By: outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"},
	}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// apply applies a file and returns how each of its plans is shown.
func (w *world) apply(text string) string {
	w.Helper()
	shown, err := w.try(text)
	must(w.T, err)
	return shown
}

func (w *world) try(text string) (string, error) {
	w.Helper()
	f, err := domain.Read(strings.NewReader(text))
	must(w.T, err)
	plans, err := w.Apply(w.Context(), f.Mistakes, f.Sources()...)
	return shown(plans), err
}

func shown(plans []domain.Plan) string {
	var b strings.Builder
	for _, p := range plans {
		p.Write(&b)
	}
	return b.String()
}

// tenant returns the only active tenant of this name.
func (w *world) tenant(name string) account.Tenant {
	w.Helper()
	all, err := w.Lasting.Tenants(w.Context())
	must(w.T, err)
	var found []account.Tenant
	for _, t := range all {
		if t.Name == name && t.RevokedAt.IsZero() {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		w.Fatalf("%d tenants are called %s", len(found), name)
	}
	return found[0]
}

func (w *world) account(tenant, number string) account.Account {
	w.Helper()
	a, err := w.Lasting.Account(w.Context(), tenant, number)
	must(w.T, err)
	return a
}

// events returns the kinds of all that happened since it was asked last.
func (w *world) events() []string {
	w.Helper()
	kinds, err := db.All(w.Context(), w.Lasting.Reads(), db.ScanString, `SELECT kind || ' by ' || actor_kind || ' ' || actor FROM outbox ORDER BY id`)
	must(w.T, err)
	_, err = db.Exec(w.Context(), w.Lasting.Writes(), `DELETE FROM outbox`)
	must(w.T, err)
	return kinds
}

func (w *world) want(what, got, want string) {
	w.Helper()
	if got != want {
		w.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
	}
}

func isMistakes(err error) bool {
	var m domain.Mistakes
	return errors.As(err, &m)
}

// dry plans a file and returns how its plans are shown.
func (w *world) dry(text string) string {
	w.Helper()
	f, err := domain.Read(strings.NewReader(text))
	must(w.T, err)
	plans, err := w.Plan(w.Context(), f.Mistakes, f.Sources()...)
	must(w.T, err)
	return shown(plans)
}
