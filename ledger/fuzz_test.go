package ledger_test

import (
	"encoding/json"
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

func FuzzSettings(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"currency":"EUR","time_zone":"Europe/Berlin","prices":{"+49":"0.10","+43":"0.08"},"limits":{"number":["5/10m"]},"budgets":[{"scope":"tenant","period":"quarter","limit":"5000.00"}]}`, `null`, `[]`, `{"currency":"euro"}`,
		`{"time_zone":"Local"}`, `{"prices":{"+49":0.1}}`, `{"prices":{"49":"0.10"}}`, `{"prices":{"+49":"-1"}}`, `{"prices":{"+49":"0.00001"}}`, `{"limits":{"number":["5/0m"]}}`, `{"budgets":[{"scope":"moon","period":"month","limit":"1"}]}`,
		`{"budgets":[{"scope":"tenant","period":"month","limit":"1","warn_at":101}]}`, `{"budgets":[{"scope":"country","subject":"at","period":"month","limit":"1"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s, again ledger.Settings
		if json.Unmarshal(text, &s) != nil || s.Validate() != nil {
			return
		}
		kept, err := json.Marshal(s)
		if err != nil {
			t.Fatalf("%s is taken, but cannot be kept: %v", text, err)
		}
		if err := json.Unmarshal(kept, &again); err != nil || again.Validate() != nil {
			t.Fatalf("%s is kept as %s, which is refused: %v, %v", text, kept, err, again.Validate())
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(kept) {
			t.Errorf("%s is kept as %s, and then as %s", text, kept, twice)
		}
		if err := s.WithDefaults().Validate(); err != nil {
			t.Errorf("%s is refused with its defaults: %v", text, err)
		}
	})
}
