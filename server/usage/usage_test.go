package usage_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/id"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/ledger"
)

func TestUsageSaysWhatEachPayerOwesForWhom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	broker, customer := w.newAccount(w.tenant, "B-1"), w.newAccount(w.tenant, "4711")
	w.sms(3, broker, customer, courier.Sent)
	w.sms(1, broker, broker, courier.Delivered)
	w.sms(1, customer, customer, courier.Queued)
	w.sms(1, customer, customer, courier.Failed)

	r := w.report("quarter=2026-Q4")
	if r.Quarter != "2026-Q4" || r.From != "2026-09-30T22:00:00Z" || r.Until != "2026-12-31T23:00:00Z" || r.ExportedAt != "" || r.Next != "" {
		t.Errorf("the heading is %+v", r)
	}
	lines := r.lines()
	slices.Sort(lines)
	if want := []string{"B-1 for 4711: 3, 0.30 EUR", "B-1 for B-1: 1, 0.10 EUR"}; !slices.Equal(lines, want) {
		t.Errorf("the usage is %q, want %q", lines, want)
	}
	if len(r.Totals) != 1 || r.Totals[0].Amount != "0.40" || r.Totals[0].Messages != 4 || r.Totals[0].Reserved != 1 {
		t.Errorf("the totals are %+v", r.Totals)
	}
	if got := w.report("quarter=2026-Q4&payer=4711"); len(got.Usage) != 0 || got.Usage == nil {
		t.Errorf("who owes nothing is told %+v", got.Usage)
	}
	if got := w.report("quarter=2026-Q4&payer=B-1&account=B-1").lines(); !slices.Equal(got, []string{"B-1 for B-1: 1, 0.10 EUR"}) {
		t.Errorf("filtered it is %q", got)
	}
}

func TestAnotherTenantsUsageIsUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	broker := w.newAccount(w.tenant, "B-1")
	w.sms(1, broker, broker, courier.Sent)
	w.tenant = w.newTenant()
	if r := w.report("quarter=2026-Q4"); len(r.Usage) != 0 || len(r.Totals) != 0 {
		t.Errorf("it is told %+v", r)
	}
	for _, query := range []string{"payer=B-1", "account=B-1", "payer=B-1&format=csv", "payer=nobody"} {
		w.wantProblem(w.want(404, "GET", "/v1/usage?quarter=2026-Q4&"+query, ""), 404, "unknown-account", "")
	}
}

func TestPagesOfUsageFollowEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	for i := range 5 {
		a := w.newAccount(w.tenant, fmt.Sprint("login ", i))
		w.sms(1, a, a, courier.Sent)
	}
	whole := w.report("quarter=2026-Q4").lines()
	var paged []string
	query, pages := "quarter=2026-Q4&limit=2", 0
	for next := "-"; next != ""; pages++ {
		r := w.report(query)
		if (len(r.Totals) > 0) != (pages == 0) {
			t.Errorf("page %d has totals %+v", pages, r.Totals)
		}
		paged, next = append(paged, r.lines()...), r.Next
		query = "quarter=2026-Q4&limit=2&after=" + url.QueryEscape(next)
	}
	if pages != 3 || !slices.Equal(paged, whole) || len(whole) != 5 {
		t.Errorf("%d pages %q, the whole %q", pages, paged, whole)
	}
}

func TestAWrongQuestionIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.newAccount(w.tenant, "B-1")
	whole := w.newID(id.Account)
	for query, field := range map[string]string{
		"":                                      "quarter",
		"quarter=2026":                          "quarter",
		"quarter=2026-Q5":                       "quarter",
		"quarter=2026-Q4&limit=0":               "limit",
		"quarter=2026-Q4&limit=1001":            "limit",
		"quarter=2026-Q4&limit=x":               "limit",
		"quarter=2026-Q4&after=x":               "after",
		"quarter=2026-Q4&after=acc_a.acc_b.EUR": "after",
		"quarter=2026-Q4&after=" + whole + ".acc_b.EUR":          "after",
		"quarter=2026-Q4&after=acc_b." + whole + ".EUR":          "after",
		"quarter=2026-Q4&after=" + whole + "." + whole + ".EURO": "after",
		"quarter=2026-Q4&format=xml":                             "format",
		"quarter=2026-Q4&payer=%00":                              "payer",
		"quarter=2026-Q4&account=%ff":                            "account",
	} {
		w.wantProblem(w.want(422, "GET", "/v1/usage?"+query, ""), 422, "invalid-request", field)
	}
}

func TestOnlyAnAdministratorsKeyIsLetIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.newKey(w.tenant, account.ScopeLogin, account.ScopeEnrol)
	for _, c := range [][2]string{{"GET", "/v1/usage?quarter=2026-Q4"}, {"GET", "/v1/sms/settings"}, {"PUT", "/v1/sms/settings"}} {
		for key, want := range map[string]struct {
			status int
			code   string
		}{other: {403, "scope-missing"}, "jw_nobody": {401, "unauthorized"}} {
			a, err := w.call(key, c[0], c[1], priced)
			w.must(err)
			w.wantProblem(a, want.status, want.code, "")
		}
	}
	if got := w.want(200, "GET", "/v1/sms/settings", "").body; strings.Contains(got, "+49") {
		t.Errorf("the settings were changed: %s", got)
	}
}

// rows reads a CSV export.
func (w *world) rows(a answer) [][]string {
	w.Helper()
	if got := a.Header.Get("Content-Type"); got != "text/csv; charset=utf-8; header=present" {
		w.Errorf("the media type is %s", got)
	}
	all, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	w.must(err)
	return all
}

func TestTheCSVHasTheSameFigures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	broker := w.newAccount(w.tenant, "B-1")
	w.sms(12, broker, broker, courier.Sent)
	for _, a := range []answer{
		w.want(200, "GET", "/v1/usage?quarter=2026-Q4&format=csv", ""),
		w.want(200, "GET", "/v1/usage?quarter=2026-Q4", "", "Accept", "text/csv"),
	} {
		if got := a.Header.Get("Content-Disposition"); got != `attachment; filename="usage-2026-Q4.csv"` {
			t.Errorf("the file is called %s", got)
		}
		got := w.rows(a)
		want := [][]string{
			{"quarter", "payer", "account", "messages", "amount", "currency", "late_messages", "late_amount"},
			{"2026-Q4", "B-1", "B-1", "12", "1.20", "EUR", "0", "0.00"},
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the rows are %q, want %q", got, want)
		}
	}
}

func TestALoginNumberIsNoFormulaInASpreadsheet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	for _, login := range []string{`=HYPERLINK("http://evil.example")`, "+49", "-1+1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠1", `x";=1+1`, "x,=1+1", "4711"} {
		a := w.newAccount(w.tenant, login)
		w.sms(1, a, a, courier.Sent)
	}
	a := w.want(200, "GET", "/v1/usage?quarter=2026-Q4&format=csv", "")
	for _, row := range w.rows(a)[1:] {
		if len(row) != 8 {
			t.Errorf("a login number broke its row apart: %q", row)
		}
		if strings.ContainsAny(row[1][:1], "=+-@") || strings.HasPrefix(row[1], "＝") || strings.HasPrefix(row[2], "＠") {
			t.Errorf("%q begins a formula", row[1])
		}
	}
	for _, line := range strings.Split(strings.TrimSuffix(a.body, "\r\n"), "\r\n") {
		if !strings.HasPrefix(line, `"`) || !strings.HasSuffix(line, `"`) || strings.Count(line, `","`) != 7 {
			t.Errorf("not every cell is quoted: %s", line)
		}
	}
	if !strings.Contains(a.body, `"4711"`) || !strings.Contains(a.body, `"'=HYPERLINK(""http://evil.example"")"`) {
		t.Errorf("the export is %s", a.body)
	}
}

func TestAClosedQuarterStaysAndShowsWhatCameLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.furnish()
	broker := w.newAccount(w.tenant, "B-1")
	w.sms(2, broker, broker, courier.Sent)
	w.clock("2026-12-31T22:59:00Z")
	w.sms(1, broker, broker, courier.Queued)
	const export = "/v1/usage?quarter=2026-Q4&format=csv"
	w.want(200, "GET", export+"&close=true", "") // reading closes nothing
	w.wantProblem(w.want(409, "POST", "/v1/usage/close", `{"quarter":"2026-Q4"}`), 409, "quarter-running", "")
	w.wantProblem(w.want(422, "POST", "/v1/usage/close", `{"quarter":"2026"}`), 422, "invalid-request", "quarter")
	w.clock("2027-01-01T08:00:00Z")
	w.want(200, "GET", export+"&close=true", "")
	if r := w.report("quarter=2026-Q4"); r.ExportedAt != "" {
		t.Errorf("reading has closed it at %s", r.ExportedAt)
	}
	w.want(200, "POST", "/v1/usage/close", `{"quarter":"2026-Q4"}`)
	first := w.want(200, "GET", export, "").body
	w.settleAll(courier.Sent)
	w.want(200, "POST", "/v1/usage/close", `{"quarter":"2026-Q4"}`) // again
	again := w.rows(w.want(200, "GET", export, ""))
	if got := fmt.Sprint(again[1][3:]); got != "[3 0.30 EUR 1 0.10]" {
		t.Errorf("closed again it is %s, first it was %s", got, first)
	}
	r := w.report("quarter=2026-Q4")
	if r.ExportedAt == "" || r.Usage[0].LateMessages != 1 || r.Usage[0].LateAmount != "0.10" || r.Totals[0].LateAmount != "0.10" || r.Totals[0].Reserved != 0 {
		t.Errorf("the report is %+v", r)
	}
}

// broken fails after its first page.
type broken struct{ *ledger.Store }

var errBroken = errors.New("the database is gone")

func (broken) Usage(_ context.Context, _ string, f domain.UsageFilter) ([]domain.Usage, error) {
	if f.After != (domain.UsageKey{}) {
		return nil, errBroken
	}
	page := make([]domain.Usage, f.Limit)
	for i := range page {
		page[i] = domain.Usage{Payer: "acc_1", Account: "acc_2", Currency: "EUR"}
	}
	return page, nil
}

func TestAnExportThatBreaksOffDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.serve(broken{w.ledger})
	a, err := w.call(w.tenant.key, "GET", "/v1/usage?quarter=2026-Q4&format=csv", "")
	if err == nil {
		t.Errorf("it ended like a whole one, with %d bytes and status %d", len(a.body), a.StatusCode)
	}
}
