package usage

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/edge/bodytest"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
)

func FuzzCloseBody(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[closeBody], []string{`{"quarter":"2026-Q4"}`}, []string{`{"quarter":20264}`, `{"quarter":"2026-Q4","Quarter":"2026-Q3"}`})
}

func FuzzSettings(f *testing.F) {
	bodytest.Fuzz(f, true, edge.Decode[ledger.Settings], []string{
		`{}`, `{"currency":"EUR","time_zone":"Europe/Berlin","prices":{"+49":"0.10","+43":"0.08"},"limits":{"number":["5/10m","10/24h"]},
			"budgets":[{"scope":"tenant","period":"quarter","limit":"5000.00"},{"scope":"country","subject":"AT","period":"month","limit":"200.00","warn_at":90}]}`,
	}, []string{
		`{"currency":"euro"}`, `{"time_zone":"../etc/passwd"}`, `{"time_zone":"Local"}`, `{"prices":{"+49":0.1}}`, `{"prices":{"49":"0.10"}}`, `{"prices":{"+49":"-1"}}`,
		`{"prices":{"+49":"99999999999999999999"}}`, `{"limits":{"number":["5/0m"]}}`, `{"limits":{"number":["0/10m"]}}`, `{"budgets":[{"scope":"moon","period":"month","limit":"1"}]}`,
	})
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"quarter=2026-Q4", "quarter=2026-Q4&format=csv&payer=AB1&account=AB2&limit=5", "", "quarter=2026-Q5", "quarter=2026-Q4&format=xml", "quarter=2026-Q4&after=msg_x", "quarter=2026-Q4&limit=-1", "quarter=2026-Q4&payer=%e2%80%ae", "quarter=2026-Q4&after=%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := queryOf(&http.Request{URL: &url.URL{RawQuery: raw}, Header: http.Header{}})
		var shown *refusal.Error
		if err != nil && (!errors.As(err, &shown) || shown.Class != refusal.Invalid) {
			t.Fatalf("%q is refused with %v", raw, err)
		}
		if err == nil && (q.Limit < 1 || q.Limit > maxPage) {
			t.Errorf("%q asks for %+v", raw, q)
		}
	})
}
