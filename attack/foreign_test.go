package attack_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
)

// attacker tries ids of somebody else.
type attacker struct {
	name   string
	mine   map[string]string
	theirs *settled
	may    func(kind string) bool // be foreign
	send   func(request) heard
	undo   func(request, heard)
}

func ofAnyKind(string) bool { return true }

// hears compares what is answered to ids of somebody else with what is answered to ids of nothing.
func (a attacker) hears(t *testing.T, o operation, w try, only func([]whose) bool) (tried int) {
	t.Helper()
	all := w.slots()
	for _, way := range mixtures(all, a.may) {
		if !only(way) {
			continue
		}
		nobody := o.fill(w, all, way, a.mine, func(kind string) string { return unknown(a.theirs.ids[kind]) })
		theirs := o.fill(w, all, way, a.mine, func(kind string) string { return a.theirs.ids[kind] })
		want := a.send(nobody)
		a.undo(nobody, want)
		got := a.send(theirs)
		a.undo(theirs, got)
		tried++
		if shape(got, theirs) != shape(want, nobody) {
			t.Errorf("%s: %s %s %s:\n got %d %s\nwant %d %s", a.name, o.method, theirs.path, theirs.body, got.status, got.body, want.status, want.body)
		}
		a.theirs.silent(t, got, theirs)
	}
	return tried
}

// silent wants an answer to hold nothing of the tenant but what the request said itself.
func (s *settled) silent(t *testing.T, a heard, r request) {
	t.Helper()
	said := string(a.body) + fmt.Sprint(a.header)
	for _, one := range r.given {
		said = strings.ReplaceAll(said, one, "")
	}
	for _, mark := range s.marks {
		if strings.Contains(said, mark) {
			t.Errorf("%s %s tells %q of another tenant: %s", r.method, r.path, mark, a.body)
		}
	}
}

// shape is what two answers have in common that differ in ids and times only.
func shape(a heard, r request) string {
	said := a.body
	for _, one := range r.given {
		said = bytes.ReplaceAll(said, []byte(one), []byte("~"))
	}
	head := fmt.Sprintf("%d %s ", a.status, a.header.Get("Content-Type"))
	var object any
	if json.Unmarshal(said, &object) != nil {
		return head + fmt.Sprint(bytes.Count(said, []byte("\n")))
	}
	if a.status < http.StatusBadRequest {
		return head + skeleton(object)
	}
	if members, is := object.(map[string]any); is {
		delete(members, "request_id")
	}
	text, _ := json.Marshal(object)
	return head + string(text)
}

func skeleton(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var all []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, name+":"+skeleton(v[name]))
		}
		return "{" + strings.Join(all, ",") + "}"
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, skeleton(one))
		}
		slices.Sort(all)
		return "[" + strings.Join(slices.Compact(all), ",") + "]"
	default:
		return fmt.Sprintf("%T", v)
	}
}

// kept undoes what a call with ids of one's own has made, so that the next one finds the same.
func (s *settled) kept(r request, a heard) {
	s.Helper()
	if a.status >= http.StatusMultipleChoices {
		return
	}
	var made struct {
		ID       string
		Status   string
		Approval struct{ ID string }
	}
	_ = json.Unmarshal(a.body, &made) // not all answers are objects
	switch {
	case r.method == http.MethodPost && r.path == "/v1/approvals" && made.Status == "pending":
		s.get(s.key, "POST", r.path+"/"+made.ID+"/cancel", "")
	case r.method == http.MethodPost && r.path == "/v1/enrolments" && made.Approval.ID != "":
		s.get(s.key, "POST", "/v1/approvals/"+made.Approval.ID+"/cancel", "")
	case r.method == http.MethodPut && strings.HasPrefix(r.path, "/v1/accounts/") && strings.Count(r.path, "/") == 3:
		s.get(s.key, "DELETE", r.path, "")
	}
}

func allForeign(way []whose) bool { return !slices.Contains(way, own) && !slices.Contains(way, absent) }
func anyway([]whose) bool         { return true }

func TestIDsTicketsAndTokensOfAnotherTenantAreWorthNothingOnAnyCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t, inMemory, withPost)
	b, a := h.settle("Zwirn"), h.settle("Garn")
	a.ids["session"] = "another" // with its own it would take the place of what waits for it
	before, ids := b.inventory()
	r, tried := begin(t, "tenants: another one's ids, tickets and tokens"), 0
	for _, o := range operations(t) {
		for _, w := range tries[o.OperationID] {
			for _, attacker := range a.against(b, o, w) {
				tried += attacker.hears(t, o, w, anyway)
			}
			tried += a.alone(t, b, o, w)
			tried += a.withTicketOf(t, b, o, w)
			tried += a.withTokenOf(t, b, o, w)
		}
	}
	a.openSockets(b)
	h.compare(before, h.estate(ids))
	a.unharmed()
	r.Tried = tried
	t.Logf("%d rows and keys of the other tenant were compared", len(before))
}

// inventory is all that is kept of a tenant, once all that followed from its making is written, and what tells it.
func (s *settled) inventory() (before []string, ids map[string]bool) {
	s.Helper()
	ids = owned(s.rows(), s.tenant.ID)
	ids[s.ids["approval"]], ids[s.ids["first"]] = true, true // what is pending is in no table
	s.await(func() bool {
		now := s.estate(ids)
		quiet := slices.Equal(now, before)
		before = now
		return quiet && len(s.rows()["outbox"]) == 0
	})
	return before, ids
}

// against are the ways in which a tenant can make the call.
func (s *settled) against(b *settled, o operation, w try) []attacker {
	var all []attacker
	if o.takes("apiKey") {
		all = append(all, attacker{"a key", s.ids, b, ofAnyKind, func(r request) heard { return s.ask(s.key, r.method, r.path, r.body) }, s.kept})
	}
	if o.takes("ticket") && len(w.ids) > 0 && s.tickets[w.ids[0]] != "" {
		ticket := s.tickets[w.ids[0]]
		all = append(all, attacker{"a ticket", s.ids, b, ofAnyKind, func(r request) heard { return s.ask(ticket, r.method, r.path, r.body) }, s.kept})
	}
	if len(w.ids) > 0 && ofAnApplication(w.ids[0]) && o.takes("apiKey") {
		all = append(all, attacker{"a key of another application", b.ids, b, ofAnApplication, func(r request) heard { return s.ask(b.sibling, r.method, r.path, r.body) }, s.kept})
	}
	if o.onPhone {
		all = append(all, attacker{"a phone", s.ids, b, ofAnyKind, func(r request) heard { return s.phone.ask(s.house, r.method, r.path, r.body) }, s.kept})
	}
	return all
}

// ofAnApplication are the kinds that no other application of the tenant has either.
func ofAnApplication(kind string) bool {
	return slices.Contains([]string{"approval", "first", "ended", "enrolment", "page enrolment"}, kind)
}

// alone makes calls in which all ids are foreign with keys of one scope, and those that take no id.
func (s *settled) alone(t *testing.T, b *settled, o operation, w try) (tried int) {
	t.Helper()
	if o.takes("apiKey") {
		for _, scope := range account.Scopes {
			one := attacker{"a key for " + string(scope), s.ids, b, ofAnyKind, func(r request) heard { return s.ask(s.narrow[scope], r.method, r.path, r.body) }, s.kept}
			tried += one.hears(t, o, w, allForeign)
		}
	}
	if len(w.slots()) == 0 || !slices.ContainsFunc(w.slots(), func(s slot) bool { return s.must }) {
		none := make([]whose, len(w.slots()))
		r := o.fill(w, w.slots(), none, s.ids, nil)
		switch {
		case o.onPhone:
			b.silent(t, s.phone.ask(s.house, r.method, r.path, r.body), r)
		default:
			b.silent(t, s.ask(s.key, r.method, r.path, r.body), r)
		}
		tried++
	}
	return tried
}
