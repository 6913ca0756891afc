package organisation_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	domain "github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
)

const crowd = 100_000

// crowdCSV is a list of so many customers, all of whose managers stand at its end.
func crowdCSV(label string) string {
	var text strings.Builder
	text.WriteString("account,label,group,manager,phone,email,interval\n")
	for _, i := range rand.Perm(crowd) {
		manager := ""
		if i >= 1000 {
			manager = fmt.Sprint(i % 1000)
		}
		fmt.Fprintf(&text, "%d,%s %d,customers,%s,+49151%08d,k%d@post.example,%d\n", i, label, i, manager, 20_000_000+i, i, i%8)
	}
	return text.String()
}

// BenchmarkImport imports 100,000 accounts into Postgres, then again without a difference, then changes all; each time after
// a dry run.
func BenchmarkImport(b *testing.B) {
	store := newWorld(nil, dbtest.Open(b, pgtest.New(b))).Store
	f, err := domain.Read(strings.NewReader("tenant: {name: Muster}\ngroups: [{name: customers, interval: {min: 0, max: 7, default: 0}}]"))
	must(b, err)
	plans, err := store.Apply(b.Context(), f.Mistakes, f.Sources()...)
	must(b, err)
	tenant := plans[0].Tenant.ID
	first := crowdCSV("Depot")
	for _, step := range []struct{ name, text, want string }{
		{"new", first, "+"}, {"unchanged", first, "="}, {"changed", crowdCSV("Konto"), "~"},
	} {
		for _, run := range []struct {
			name string
			do   func(context.Context, domain.Mistakes, ...domain.Source) ([]domain.Plan, error)
		}{{"dry", store.Plan}, {"real", store.Apply}} {
			b.Run(step.name+"/"+run.name, func(b *testing.B) {
				for b.Loop() {
					began := time.Now()
					table, err := domain.ReadTable(strings.NewReader(step.text), tenant, "")
					must(b, err)
					read := time.Since(began)
					plans, err := run.do(b.Context(), table.Mistakes, table)
					must(b, err)
					b.ReportMetric(read.Seconds(), "s-to-read")
					if got := shown(plans); !strings.HasPrefix(got, step.want) {
						b.Fatalf("it brought %.200s", got)
					}
				}
			})
		}
	}
}
