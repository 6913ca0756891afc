package process_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
)

// holds reports whether a text holds bytes in one of the forms in which JSON could.
func holds(text string, b []byte) bool {
	escaped, _ := json.Marshal(string(b))
	return slices.ContainsFunc([]string{
		string(b), strings.Trim(string(escaped), `"`), hex.EncodeToString(b), base64.RawStdEncoding.EncodeToString(b), base64.RawURLEncoding.EncodeToString(b),
	}, func(form string) bool { return strings.Contains(text, form) })
}

func TestEveryTableHoldsNothingOfAPersonOrIsExported(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	tables, err := db.All(t.Context(), p.Lasting().Reads(), db.ScanString, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`)
	p.must(err)
	named := slices.Sorted(maps.Keys(aboutNobody))
	named = append(named, about...)
	slices.Sort(named)
	if !slices.Equal(tables, named) {
		t.Errorf("tables are\n%v, named are\n%v", tables, named)
	}
	for _, table := range slices.Sorted(maps.Keys(aboutNobody)) {
		for _, c := range p.columns(table) {
			if c.name == "account" && !slices.Contains([]string{"erasures", "account_facets", "ledger_usage"}, table) {
				t.Errorf("%s has an account and is said to hold nothing of one", table)
			}
		}
	}
}

func TestAnExportTellsEveryColumnAboutThePersonThatIsNoSecret(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	export := p.exported()
	told := map[string]bool{}
	for key, text := range p.texts {
		told[key] = strings.Contains(export, text)
	}
	for key, b := range p.bytes {
		told[key] = holds(export, b)
	}
	told["messages.sealed"] = strings.Contains(export, "ada@example.org") && strings.Contains(export, p.letter)
	told["activations.address"] = strings.Contains(export, p.number)
	for _, key := range slices.Sorted(maps.Keys(told)) {
		if reason := notTold[key]; told[key] == (reason != "") {
			t.Errorf("%s: told %v, reason to leave it out %q", key, told[key], reason)
		}
	}
	for key := range notTold {
		if _, there := told[key]; !there {
			t.Errorf("%s is to be left out, and is not there", key)
		}
	}
	for _, key := range []string{"messages.sealed", "activations.address"} {
		if holds(export, p.bytes[key]) {
			t.Errorf("%s is told as it is sealed", key)
		}
	}
}

func TestAnExportTellsNoCodeThatIsOnItsWay(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.sql(`UPDATE messages SET purpose = 'code', sealed = $1`, p.sealed(`{"address":"ada@example.org","subject":"`+p.code+`","text":"`+p.code+` is your code"}`, keys.Message))
	export := p.exported()
	if strings.Contains(export, p.code) || !strings.Contains(export, "ada@example.org") {
		t.Error("the export of a message with a code tells the code, or not where it goes")
	}
}

func TestAnotherTenantIsToldNothingOfAPerson(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	other := account.Tenant{ID: p.newID(id.Tenant), Name: "Another house"}
	p.must(p.Lasting().CreateTenant(t.Context(), other))
	for method, path := range map[string]string{"GET": "/export", "POST": "/erase"} {
		if status, body := p.call(p.application(other), method, path); status != http.StatusNotFound || !strings.Contains(body, "unknown-account") {
			t.Errorf("%s: %d", path, status)
		}
	}
	p.exported()
}

func TestAnErasedPersonIsInNoColumnOfAnyTable(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	if status, body := p.call(p.app, "POST", "/erase"); status != http.StatusNoContent {
		t.Fatalf("erase: %d %s", status, body)
	}
	p.wantErased()
}

func TestAPersonWhoIsErasedWhileAQuestionIsOpenIsInNoColumnOnceItHasEnded(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	open := p.asked()
	if status, body := p.call(p.app, "POST", "/erase"); status != http.StatusNoContent {
		t.Fatalf("erase: %d %s", status, body)
	}
	p.must(p.Lasting().Used(t.Context(), []string{p.values["approval"].(string)})) // a login before, which is followed only now
	if uses, err := db.All(t.Context(), p.Lasting().Reads(), db.ScanString, `SELECT application FROM account_uses`); len(uses) > 0 || err != nil {
		t.Errorf("the login is told as a use of %v, %v", uses, err)
	}
	if status, body := p.ask(p.app, "POST", "/v1/approvals/"+open+"/cancel", ""); status/100 != 2 {
		t.Fatalf("cancel: %d %s", status, body)
	}
	if o, err := p.Lasting().Outcome(t.Context(), open); err != nil || o.Status != approval.StatusCancelled {
		t.Errorf("the question ended as %q, %v", o.Status, err)
	}
	p.wantErased()
}

func TestADeletedPersonIsInNoColumnOfAnyTableAfterTheMonthsOfRetention(t *testing.T) {
	t.Parallel()
	var r rounds
	p := newPerson(t, retaining(&r))
	p.tenant.Policy = account.TenantPolicy{Retention: account.Retention{PersonalData: 2}}
	p.must(p.Lasting().UpdateTenant(t.Context(), p.Lasting().Writes(), p.tenant))
	if status, body := p.call(p.app, "DELETE", ""); status != http.StatusNoContent {
		t.Fatalf("delete: %d %s", status, body)
	}
	p.must(p.Lasting().SetClockOffset(t.Context(), 50*24*time.Hour))
	r.pass()
	if left := p.left(); left["accounts.label"] == "" || left["devices.holder"] == "" {
		t.Error("it was erased too early")
	}
	p.must(p.Lasting().SetClockOffset(t.Context(), 70*24*time.Hour))
	r.pass()
	p.wantErased()
}

// wantErased wants nothing to be left but what is said to stay.
func (p *person) wantErased() {
	p.Helper()
	left := p.left()
	for _, key := range slices.Sorted(maps.Keys(left)) {
		if staying[key] == "" {
			p.Errorf("%s is left: %s", key, left[key])
		}
	}
	for key := range staying {
		if left[key] == "" {
			p.Errorf("%s is said to stay, and is gone", key)
		}
	}
}

// left says of what was in the columns where it is still.
func (p *person) left() map[string]string {
	p.Helper()
	left := map[string]string{}
	for _, table := range append(slices.Sorted(maps.Keys(aboutNobody)), about...) {
		for _, c := range p.columns(table) {
			found, err := db.All(p.Context(), p.Lasting().Reads(), db.ScanBytes, `SELECT CAST(`+c.name+` AS BLOB) FROM `+table)
			p.must(err)
			for _, value := range found {
				p.find(left, string(value), table+"."+c.name)
			}
		}
	}
	return left
}

func (p *person) find(left map[string]string, value, where string) {
	for key, text := range p.texts {
		if strings.Contains(value, text) {
			left[key] = where
		}
	}
	for key, b := range p.bytes {
		if strings.Contains(value, string(b)) {
			left[key] = where
		}
	}
}
