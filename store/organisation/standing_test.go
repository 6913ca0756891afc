package organisation_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jawort/jawort/operator"
	domain "github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

func TestAnImportOfWhomSomebodyEndsWhileItRunsChangesNothing(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, pgtest.New(t)) // on SQLite there is no meanwhile
	w, others := newWorld(t, d), &operators.Store{DB: d}
	w.apply("tenant: {name: Muster}")
	muster := w.tenant("Muster").ID
	var list strings.Builder
	list.WriteString("account\n")
	for i := range 250 {
		fmt.Fprintln(&list, i)
	}
	carriedOut := func(id string, meanwhile func() error) (accounts int, err error) {
		_, err = db.Exec(t.Context(), d.Writes(), `INSERT INTO operators (id, name, role, tenant, invited_until, created_at, joined_at) VALUES ($1, 'Ada', $2, $3, 1, 1, 1)`, id, operator.Administrator, muster)
		must(t, err)
		table, err := domain.ReadTable(strings.NewReader(list.String()), muster, "")
		must(t, err)
		var once sync.Once
		_, failed := w.ApplyTelling(t.Context(), outbox.Actor{Kind: outbox.ByOperator, ID: id}, func(int, int) { once.Do(func() { must(t, meanwhile()) }) }, table.Mistakes, table)
		accounts, err = db.One(t.Context(), d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM accounts`)
		must(t, err)
		return accounts, failed
	}
	if n, err := carriedOut("opr_ended", func() error { return others.End(t.Context(), "opr_ended", w.By) }); n != 0 || !errors.Is(err, operator.ErrUnknown) {
		t.Errorf("who is ended: %d accounts, %v", n, err)
	}
	if n, err := carriedOut("opr_demoted", func() error { return others.SetRole(t.Context(), "opr_demoted", operator.Auditor, w.By) }); n != 0 || !errors.Is(err, operator.ErrUnknown) {
		t.Errorf("who is no administrator any more: %d accounts, %v", n, err)
	}
	if n, err := carriedOut("opr_stays", func() error { return nil }); n != 250 || err != nil {
		t.Errorf("who stays: %d accounts, %v", n, err)
	}
}
