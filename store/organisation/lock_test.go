package organisation_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	storage "github.com/jawort/jawort/store/organisation"
	"github.com/jawort/jawort/store/outbox"
)

const two = `
tenant: {name: Muster}
groups: [{name: Customers}]
---
tenant: {name: Verlag}
groups: [{name: Readers}]
`

// patient is far more than anything here takes that does not wait.
const patient = 30 * time.Second

// csv is an import of accounts of the tenant.
func (w *world) csv(tenant string, lines ...string) organisation.Source {
	w.Helper()
	table, err := organisation.ReadTable(strings.NewReader("account,group\n"+strings.Join(lines, "\n")), tenant, "")
	must(w.T, err)
	return table
}

func (w *world) edit(tenant, part, name string) organisation.Source {
	w.Helper()
	members := map[string]any{"name": name}
	if part == organisation.EditApplication {
		members["origins"] = []any{"https://login.example"}
	}
	subject := ""
	if part == organisation.EditTenant {
		subject = tenant
	}
	e, err := organisation.ReadEdit(tenant, part, subject, "", members)
	must(w.T, err)
	return e
}

func (w *world) file(text string) []organisation.Source {
	w.Helper()
	f, err := organisation.Read(strings.NewReader(text))
	must(w.T, err)
	return f.Sources()
}

// waiting waits until so many sessions wait for a lock.
func (w *world) waiting(sessions int) {
	w.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	ctx, cancel := context.WithTimeout(w.Context(), patient)
	defer cancel()
	for {
		n, err := db.One(ctx, w.Lasting.Reads(), db.ScanInt, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		must(w.T, err)
		if n == sessions {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			w.Fatalf("%d of %d wait", n, sessions)
		}
	}
}

func TestAnImportKeepsItsOwnTenantsAdministrationWaitingAndNobodyElses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t))) // SQLite has one writer, for whom everybody waits
	w.apply(two)
	muster, verlag := w.tenant("Muster").ID, w.tenant("Verlag").ID
	apply := func(what string, sources ...organisation.Source) {
		ctx, cancel := context.WithTimeout(t.Context(), patient)
		defer cancel()
		if _, err := w.Apply(ctx, nil, sources...); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	var after sync.WaitGroup
	var mu sync.Mutex
	var imported bool
	var early []string
	behind := func(what string, sources ...organisation.Source) {
		after.Go(func() {
			sources[0] = meanwhile{sources[0], func(organisation.Plan) {
				mu.Lock()
				defer mu.Unlock()
				if !imported {
					early = append(early, what)
				}
			}}
			apply(what, sources...)
		})
	}
	apply("the import", meanwhile{w.csv(muster, "4711,Customers"), func(organisation.Plan) {
		apply("a group of the other tenant", w.edit(verlag, organisation.EditGroup, "Authors"))
		apply("an application of the other tenant", w.edit(verlag, organisation.EditApplication, "Portal"))
		apply("an import into the other tenant", w.csv(verlag, "1,Readers"))
		apply("the other tenant's settings", w.edit(verlag, organisation.EditTenant, "Verlag Süd"))
		apply("a file of the other tenant", w.file("tenant: {name: Verlag Süd}\ngroups: [{name: Editors}]")...)
		must(t, w.Lasting.CreateTenantBy(t.Context(), account.Tenant{ID: id.Tenant + "third", Name: "Third"}, outbox.Actor{Kind: outbox.ByOperator, ID: "opr_a"}))

		behind("another import", w.csv(muster, "4712,Customers"))
		behind("a group", w.edit(muster, organisation.EditGroup, "Brokers"))
		behind("an application", w.edit(muster, organisation.EditApplication, "Portal"))
		w.waiting(3)
		behind("a file of both", append(w.file("tenant: {name: Muster}\ngroups: [{name: Customers}]"), w.file("tenant: {name: Verlag Süd}")...)...)
		w.waiting(4)
		behind("the settings", w.edit(muster, organisation.EditTenant, "Muster AG"))
		w.waiting(5)
		mu.Lock()
		imported = true
		mu.Unlock()
	}})
	after.Wait()
	if len(early) > 0 {
		t.Errorf("these did not wait for the import: %q", early)
	}
	if len(w.groups(muster)) != 2 || w.account(muster, "4711").Group == "" || w.account(muster, "4712").Group == "" {
		t.Errorf("there are %+v", w.groups(muster))
	}
}

func (w *world) groups(tenant string) []account.Group {
	w.Helper()
	all, err := w.Lasting.Groups(w.Context(), tenant)
	must(w.T, err)
	return all
}

func TestFilesOfTheSameTenantsInAnyOrderAndImportsIntoThemDoNotBlockEachOther(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(two)
		muster, verlag := w.tenant("Muster").ID, w.tenant("Verlag").ID
		documents := strings.Split(two, "---")
		var all sync.WaitGroup
		for i := range 3 {
			for what, sources := range map[string][]organisation.Source{
				"forth":                  w.file(strings.Replace(two, "Customers}", fmt.Sprintf("Customers}, {name: Forth %d}", i), 1)),
				"back":                   w.file(documents[1] + "---" + strings.Replace(documents[0], "Customers}", fmt.Sprintf("Customers}, {name: Back %d}", i), 1)),
				"imports":                {w.csv(verlag, fmt.Sprintf("v%d,Readers", i)), w.csv(muster, fmt.Sprintf("m%d,Customers", i))},
				"imports the other way":  {w.csv(muster, fmt.Sprintf("m1%d,Customers", i)), w.csv(verlag, fmt.Sprintf("v1%d,Readers", i))},
				"a group of one of them": {w.edit(muster, organisation.EditGroup, fmt.Sprintf("Brokers %d", i))},
			} {
				all.Go(func() {
					if _, err := w.Apply(w.Context(), nil, sources...); err != nil && !errors.Is(err, storage.ErrMeanwhile) {
						w.Errorf("%s: %v", what, err)
					}
				})
			}
		}
		all.Wait()
		if n := len(w.groups(muster)); n != 1+3*3 {
			w.Errorf("there are %d groups", n)
		}
	})
}
