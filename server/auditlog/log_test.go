package auditlog_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// enrolled is an event of the n-th tenant about a person.
func (w *world) enrolled(n int, account string) outbox.Event {
	return outbox.Event{
		Kind: "device.enrolled", Tenant: w.tenants[n].ID, Account: account, Subject: "dev_1", Actor: outbox.Actor{Kind: outbox.ByKey, ID: "key_1"},
		Data: map[string]string{"platform": "ios"}, Personal: map[string]string{"holder": "Erika Mustermann", "label": "Telefon"},
	}
}

func TestAnOrganisationReadsItsOwnLogAndNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happened(w.enrolled(0, "acc_1"), w.enrolled(1, "acc_2"), w.enrolled(1, "acc_2"))
	p := w.page(0, "/v1/audit")
	if len(p.Entries) != 1 || p.Next != "" {
		t.Fatalf("%+v", p)
	}
	e := p.Entries[0]
	if e.Sequence != 1 || e.AccountID != "acc_1" || e.Kind != "device.enrolled" || e.Subject != "dev_1" || e.Actor != "key:key_1" || string(e.Data) != `{"platform":"ios"}` ||
		e.Personal["holder"] != "Erika Mustermann" || e.Erased != nil || e.Hash == "" || time.Since(e.Time).Abs() > time.Hour {
		t.Errorf("%+v", e)
	}
	if p := w.page(1, "/v1/audit?account="+w.newID(id.Account)); len(p.Entries) != 0 {
		t.Errorf("%+v", p)
	}
	_, body := w.get(1, "/v1/audit/export")
	if report, err := domain.Verify(bytes.NewReader(body), w.published()); err != nil || report.Entries != 2 || report.Tenant != w.tenants[1].ID ||
		strings.Contains(string(body), w.tenants[0].ID) || strings.Contains(string(body), "acc_1") {
		t.Errorf("%+v, %v\n%s", report, err, body)
	}
}

func TestWhatWasErasedIsListedByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happened(w.enrolled(0, "acc_1"))
	must(t, w.lasting.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error { return audit.Erase(ctx, tx, "acc_1") }))
	e := w.page(0, "/v1/audit").Entries[0]
	if e.Personal != nil || !slices.Equal(e.Erased, []string{"holder", "label"}) {
		t.Errorf("%+v", e)
	}
}

func TestTheLogIsReadInPagesInBothOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 5 {
		w.happened(w.enrolled(0, "acc_1"))
	}
	for order, want := range map[string][]int64{"newest": {5, 4, 3, 2, 1}, "oldest": {1, 2, 3, 4, 5}} {
		var got []int64
		for next, more := "", true; more; more = next != "" {
			p := w.page(0, "/v1/audit?limit=2&order="+order+"&after="+next)
			got, next = append(got, p.sequences()...), p.Next
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s first: %v", order, got)
		}
	}
}

func TestTheLogIsFilteredByLoginNumberKindSubjectAndTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := account.Account{ID: w.newID(id.Account), Tenant: w.tenants[0].ID, ExternalID: "4711"}
	_, _, err := w.lasting.PutAccount(t.Context(), gone)
	must(t, err)
	_, err = db.Exec(t.Context(), w.lasting.Writes(), `DELETE FROM outbox`) // that it was made is no part of this
	must(t, err)
	w.happened(w.enrolled(0, gone.ID))
	w.happened(w.enrolled(0, w.newID(id.Account)), outbox.Event{Kind: "account.changed", Tenant: w.tenants[0].ID, Subject: "acc_x"})
	hour := func(d time.Duration) string { return url.QueryEscape(time.Now().Add(d).Format(time.RFC3339)) }
	for query, want := range map[string][]int64{
		"account=4711":              {1},
		"account=" + gone.ID:        {1},
		"kind=account.changed":      {3},
		"subject=dev_1":             {2, 1},
		"since=" + hour(time.Hour):  {},
		"since=" + hour(-time.Hour): {3, 2, 1},
		"until=" + hour(-time.Hour): {},
		"kind=device.enrolled&account=4711&until=" + hour(time.Hour): {1},
	} {
		if got := w.page(0, "/v1/audit?"+query).sequences(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	must(t, w.lasting.DeleteAccount(t.Context(), w.tenants[0].ID, "4711", lasting.By{}))
	if got := w.page(0, "/v1/audit?account="+gone.ID).sequences(); !slices.Equal(got, []int64{1}) {
		t.Errorf("of the account that was deleted: %v", got)
	}
}

func TestWhatCannotBeAskedOfTheLogIsRefusedAndNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for query, want := range map[string]string{
		"since=yesterday": "since", "until=2026-11-25": "until", "order=random": "order", "limit=0": "limit", "limit=1001": "limit", "limit=x": "limit",
		"after=0": "after", "after=-1": "after", "after=x": "after", "after=99999999999999999999": "after",
		"kind=%00": "kind", "subject=%ff": "subject", "account=" + strings.Repeat("x", 257): "account", "account=nobody": "account",
	} {
		status, body := w.get(0, "/v1/audit?"+query)
		if status != http.StatusUnprocessableEntity || !strings.Contains(string(body), `"field":"`+want+`"`) {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
}

func TestTheLogIsForTheScopeAdminAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{"/v1/audit", "/v1/audit/export"} {
		for secret, want := range map[string]int{
			"": http.StatusUnauthorized, "jw_nobody": http.StatusUnauthorized, w.newKey(w.tenants[0], account.ScopeLogin): http.StatusForbidden,
			w.newKey(w.tenants[0], account.ScopeEnrol): http.StatusForbidden,
		} {
			if status, body := w.getWith(secret, path); status != want {
				t.Errorf("%s: %d %s, want %d", path, status, body, want)
			}
		}
	}
}

func TestTheKeyThatTakesTheLogAwayStandsInItAndHowFarItWent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happened(w.enrolled(0, "acc_1"), w.enrolled(0, "acc_2"))
	key, err := db.One(t.Context(), w.lasting.Reads(), db.ScanString, `SELECT k.id FROM api_keys k JOIN applications a ON a.id = k.application WHERE a.tenant = $1`, w.tenants[0].ID)
	must(t, err)
	if status, body := w.get(0, "/v1/audit"); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	head, err := w.send(http.MethodHead, w.secrets[0], "/v1/audit/export")
	must(t, err)
	must(t, head.Body.Close())
	w.wantCount(0, "outbox WHERE kind = 'audit.exported'")
	_, first := w.get(0, "/v1/audit/export")
	w.happened()
	found := w.page(0, "/v1/audit?kind=audit.exported").Entries
	if len(found) != 1 || found[0].Actor != "key:"+key || string(found[0].Data) != `{"entries":2}` || found[0].Personal != nil || found[0].AccountID != "" {
		t.Errorf("%+v", found)
	}
	if strings.Contains(string(first), "audit.exported") {
		t.Error("the log that went out says so already")
	}
	if others := w.page(1, "/v1/audit?kind=audit.exported").Entries; len(others) != 0 {
		t.Errorf("another tenant's says %+v", others)
	}
}

func TestNoKeyTakesTheLogAwayWhereNoEntryCanSaySo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happened(w.enrolled(0, "acc_1"))
	w.exec(`CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'full'); END`)
	if status, body := w.get(0, "/v1/audit/export"); status != http.StatusInternalServerError || strings.Contains(string(body), "device.enrolled") {
		t.Errorf("%d %s", status, body)
	}
}

func TestALogThatDoesNotHoldIsExportedWithoutAHeadAndAlarms(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happened(w.enrolled(0, "acc_1"), w.enrolled(0, "acc_1"))
	w.exec(`UPDATE audit_entries SET actor = 'x' WHERE sequence = 1`)
	status, body := w.get(0, "/v1/audit/export")
	if status != http.StatusOK || strings.Count(string(body), "\n") != 2 || strings.Contains(string(body), `{"head"`) {
		t.Errorf("%d %s", status, body)
	}
	if log := w.log.String(); !strings.Contains(log, `"level":"ERROR"`) || strings.Contains(log, "Erika") {
		t.Errorf("logged:\n%s", log)
	}
}

func TestAnExportThatBreaksOffDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		events := make([]outbox.Event, 300)
		for i := range events {
			events[i] = w.enrolled(0, "acc_1")
		}
		w.happened(events...)
	}
	w.exec(`UPDATE audit_entries SET commitments = '{' WHERE sequence = 800`) // the second page cannot be read
	resp, err := w.ask(w.secrets[0], "/v1/audit/export")
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil || len(body) == 0 {
		t.Errorf("%d bytes, then %v", len(body), err)
	}
}

func (w *world) published() jose.JSONWebKeySet {
	w.Helper()
	set, err := auditlog.Published(w.Context(), w.lasting)
	must(w, err)
	return set
}
