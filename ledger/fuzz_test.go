package ledger_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/ledger"
)

func FuzzQuarterIsReadAsItIsWritten(f *testing.F) {
	for _, seed := range []string{"2026-Q4", "1970-Q1", "1969-Q4", "9999-Q4", "2026-Q0", "2026-Q5", "2026-q4", "02026-Q4", " 2026-Q4", "2026-Q4 ", "+202-Q1", "-026-Q1", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := ledger.ParseQuarter(s)
		if err != nil {
			return
		}
		from, until := q.Bounds(time.UTC)
		if q.String() != s || !from.Before(until) || ledger.QuarterOf(from, time.UTC) != q || ledger.QuarterOf(until, time.UTC) != q.Next() {
			t.Errorf("%q is %s, from %s until %s", s, q, from, until)
		}
	})
}

func FuzzRateIsReadAsItIsWritten(f *testing.F) {
	for _, seed := range []string{"5/10m", "10/24h", "1/744h", "1/745h", "0/10m", "-1/10m", "5/30s", "5/1h1m1s", "5/1.5h", "5", "/", "5/", "1000000/1m", "1000001/1m", "5/10m/1", "+5/10m", "5/1m0.5s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := ledger.ParseRate(s)
		if err != nil {
			return
		}
		if r.Max < 1 || r.Per < time.Minute || r.Per > 31*24*time.Hour {
			t.Errorf("%q is %+v", s, r)
		}
		if again, err := ledger.ParseRate(r.String()); err != nil || again != r {
			t.Errorf("%q is written as %q, which is read as %+v (%v)", s, r, again, err)
		}
	})
}
