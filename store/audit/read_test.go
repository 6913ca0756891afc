package audit_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
)

func (w *world) sequences(tenant string, f audit.Filter) []int64 {
	w.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	records, err := w.s.Records(w.Context(), tenant, f)
	must(w, err)
	found := []int64{}
	for _, r := range records {
		if r.Entry.Tenant != tenant {
			w.Fatalf("%s reads an entry of %s", tenant, r.Entry.Tenant)
		}
		found = append(found, r.Entry.Sequence)
	}
	return found
}

func TestTheLogIsFilteredAndReadInPages(t *testing.T) {
	onEach(t, func(w *world) {
		w.appended("ten_a", 4)
		w.appended("ten_b", 4)
		must(w, w.d.SetClockOffset(w.Context(), time.Hour))
		w.put(outbox.Event{Kind: "account.changed", Tenant: "ten_a", Account: "acc_1", Subject: "acc_1", Actor: outbox.Actor{Kind: outbox.ByOperator, ID: "opr_1"}})
		w.drain(w.leased())
		now, err := w.s.Now(w.Context())
		must(w, err)
		since := now.Add(-30 * time.Minute)
		for name, c := range map[string]struct {
			f    audit.Filter
			want []int64
		}{
			"newest first":             {audit.Filter{}, []int64{5, 4, 3, 2, 1}},
			"oldest first":             {audit.Filter{OldestFirst: true}, []int64{1, 2, 3, 4, 5}},
			"a page":                   {audit.Filter{Limit: 2}, []int64{5, 4}},
			"the next page":            {audit.Filter{Limit: 2, After: 4}, []int64{3, 2}},
			"the last page":            {audit.Filter{Limit: 2, After: 1}, []int64{}},
			"the next page, oldest":    {audit.Filter{Limit: 2, After: 4, OldestFirst: true}, []int64{5}},
			"an account":               {audit.Filter{Account: "acc_1"}, []int64{5, 2}},
			"a kind":                   {audit.Filter{Kind: "account.changed"}, []int64{5}},
			"a subject":                {audit.Filter{Subject: "dev_3"}, []int64{4}},
			"an operator":              {audit.Filter{Actor: "operator:opr_1"}, []int64{5}},
			"another operator":         {audit.Filter{Actor: "operator:opr_2"}, []int64{}},
			"since":                    {audit.Filter{Since: since}, []int64{5}},
			"until":                    {audit.Filter{Until: since, Limit: 1}, []int64{4}},
			"everything at once":       {audit.Filter{Account: "acc_1", Kind: "device.enrolled", Subject: "dev_1", Until: since, After: 4}, []int64{2}},
			"another tenant's account": {audit.Filter{Account: "acc_b"}, []int64{}},
			"what cannot be a subject": {audit.Filter{Subject: "dev_%"}, []int64{}},
			"what tries to be SQL":     {audit.Filter{Kind: "' OR '1'='1"}, []int64{}},
		} {
			if got := w.sequences("ten_a", c.f); !slices.Equal(got, c.want) {
				w.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		if got := w.sequences("ten_c", audit.Filter{}); len(got) != 0 {
			w.Errorf("a tenant without a log reads %v", got)
		}
	})
}

func TestALongLogIsExportedInOrderWithItsHeads(t *testing.T) {
	onEach(t, func(w *world) {
		for range 4 {
			w.appended("ten_a", 250)
			w.signHead("ten_a") // the second and the fourth stand at the end of a page
		}
		_, report := w.export("ten_a")
		if report.Entries != 1000 || report.Heads != 5 || report.Head.Sequence != 1000 || report.Erased != 0 {
			w.Errorf("%+v", report)
		}
	})
}

func TestAChainWaitsForItsNextHeadAsLongAsTheLastOneIsYoung(t *testing.T) {
	onEach(t, func(w *world) {
		unsigned := func() []string {
			chains, err := w.s.Unsigned(w.Context(), time.Minute)
			must(w, err)
			found := []string{}
			for _, c := range chains {
				found = append(found, fmt.Sprintf("%s %d", c.Tenant, c.Sequence))
			}
			return found
		}
		want := func(want ...string) {
			w.Helper()
			if got := unsigned(); !slices.Equal(got, want) {
				w.Fatalf("unsigned are %v, want %v", got, want)
			}
		}
		want()
		w.appended("ten_a", 2)
		w.appended("ten_b", 1)
		want("ten_a 2", "ten_b 1")
		w.signHead("ten_a")
		w.signHead("ten_a")
		want("ten_b 1")
		w.appended("ten_a", 1)
		want("ten_b 1")
		must(w, w.d.SetClockOffset(w.Context(), 2*time.Minute))
		want("ten_a 3", "ten_b 1")
		tenants, err := w.s.Tenants(w.Context())
		must(w, err)
		if !slices.Equal(tenants, []string{"ten_a", "ten_b"}) {
			w.Errorf("tenants %v", tenants)
		}
	})
}

func BenchmarkRecords(b *testing.B) {
	w := newWorld(b, dbtest.Open(b, pgtest.New(b)))
	for range 10 {
		w.appended("ten_a", 5000)
	}
	for b.Loop() {
		w.sequences("ten_a", audit.Filter{Account: "acc_1", After: 40_000})
	}
}
