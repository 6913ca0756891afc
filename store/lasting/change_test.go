package lasting_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

var support = lasting.By{Application: "app_1", Actor: outbox.Actor{Kind: outbox.ByOperator, ID: "key_1", Name: "Erika"}}

func (w *world) change(externalID string, c account.Edit) (account.Account, error) {
	w.t.Helper()
	a, _, err := w.s.ChangeAccount(w.t.Context(), lasting.Put{ID: newID(w.t, id.Account), Tenant: w.tenant.ID, ExternalID: externalID, Change: c}, support)
	return a, err
}

func (w *world) changed(externalID string, c account.Edit) account.Account {
	w.t.Helper()
	a, err := w.change(externalID, c)
	must(w.t, err)
	return a
}

func (w *world) group(name string, i account.Interval) account.Group {
	w.t.Helper()
	g, err := w.s.PutGroup(w.t.Context(), w.s.Writes(), account.Group{
		ID: newID(w.t, id.Group), Tenant: w.tenant.ID, Name: name, Policy: account.GroupPolicy{Interval: i},
	})
	must(w.t, err)
	return g
}

// events returns what was told of a kind, oldest first.
func (w *world) events(kind string) []outbox.Event {
	w.t.Helper()
	all, err := outbox.Unsequenced(w.t.Context(), w.s.Reads(), 1000)
	must(w.t, err)
	return slices.DeleteFunc(all, func(e outbox.Event) bool { return e.Kind != kind })
}

func field(err error) any {
	var r *refusal.Error
	if !errors.As(err, &r) {
		return nil
	}
	return r.Extra["field"]
}

func TestAMemberThatIsAbsentStaysAndOneThatIsNullIsCleared(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		g := w.group("broker", account.Interval{Max: 1})
		full := w.changed("N1", account.Edit{
			Label: account.Set("Desk"), Group: account.Set("broker"), Manager: account.Set("4711"), Phone: account.Set("+4915123456789"),
			Email: account.Set("a@example.com"), Language: account.Set("de"), Interval: account.Set(1), SMS: account.Set(true),
		})
		if full.Label != "Desk" || full.Group != g.ID || full.Manager != w.account.ID || full.Phone != "+4915123456789" || full.Language != "de" ||
			full.Email != "a@example.com" || full.Interval == nil || *full.Interval != 1 || !full.SMSOn || !full.PhoneChangedAt.IsZero() {
			t.Fatalf("made %+v", full)
		}
		same := w.changed("N1", account.Edit{})
		if len(account.Difference(full, same)) > 0 || same.ID != full.ID {
			t.Fatalf("nothing given made %+v of %+v", same, full)
		}
		none := w.changed("N1", account.Edit{
			Label: account.Clear[string](), Group: account.Clear[string](), Manager: account.Clear[string](), Phone: account.Clear[string](),
			Email: account.Clear[string](), Language: account.Clear[string](), Interval: account.Clear[int](), SMS: account.Clear[bool](),
		})
		if none.Label != "N1" || none.Group != "" || none.Manager != "" || none.Phone != "" || none.Email != "" || none.Language != "" || none.Interval != nil || none.SMSOn {
			t.Fatalf("cleared %+v", none)
		}
		kept, err := s.Account(t.Context(), w.tenant.ID, "N1")
		must(t, err)
		if len(account.Difference(kept, none)) > 0 {
			t.Fatalf("kept %+v, told %+v", kept, none)
		}
	})
}

func TestEachChangeIsToldWithWhoDidItAndPersonalDataBeside(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.changed("N1", account.Edit{Phone: account.Set("+4915123456789")})
		w.changed("N1", account.Edit{Phone: account.Set("+4915198765432"), SMS: account.Set(true)})
		w.changed("N1", account.Edit{SMS: account.Set(true)}) // changes nothing
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "N1", support))
		for kind, want := range map[string]struct{ data, personal string }{
			lasting.AccountCreated:      {`{"changed":["phone"]}`, `{"account":"N1","operator":"Erika","phone.new":"+4915123456789","phone.old":""}`},
			lasting.AccountChanged:      {`{"changed":["phone","sms"]}`, `{"operator":"Erika","phone.new":"+4915198765432","phone.old":"+4915123456789"}`},
			lasting.AccountPhoneChanged: {``, `{"new":"+4915198765432","old":"+4915123456789","operator":"Erika"}`},
			lasting.AccountDeleted:      {``, `{"account":"N1","operator":"Erika"}`},
		} {
			told := w.events(kind)
			if len(told) != 1 {
				t.Fatalf("%s was told %d times", kind, len(told))
			}
			e := told[0]
			if string(e.Data.(json.RawMessage)) != want.data || string(e.Personal.(json.RawMessage)) != want.personal ||
				e.Actor.String() != support.Actor.String() || e.Application != "app_1" || e.Tenant != w.tenant.ID || e.Subject != e.Account {
				t.Errorf("%s: %+v with %s and %s", kind, e, e.Data, e.Personal)
			}
		}
	})
}

func TestWhatCannotBeIsRefusedByNameAndChangesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		w.group("broker", account.Interval{Max: 1})
		other.group("theirs", account.Interval{Max: 7})
		other.newAccount("their boss")
		w.changed("low", account.Edit{Group: account.Set("broker"), Manager: account.Set("4711"), Interval: account.Set(1)})
		w.group("strict", account.Interval{})
		for name, c := range map[string]struct {
			who   string
			c     account.Edit
			field string
		}{
			"another tenant's group":      {"low", account.Edit{Group: account.Set("theirs")}, "group"},
			"another tenant's manager":    {"low", account.Edit{Manager: account.Set("their boss")}, "manager"},
			"itself":                      {"4711", account.Edit{Manager: account.Set("4711")}, "manager"},
			"a circle":                    {"4711", account.Edit{Manager: account.Set("low")}, "manager"},
			"more days than the group's":  {"low", account.Edit{Interval: account.Set(2)}, "interval"},
			"a group that allows no such": {"low", account.Edit{Group: account.Set("strict")}, "interval"},
			"days without a group":        {"new one", account.Edit{Interval: account.Set(1)}, "interval"},
		} {
			if _, err := w.change(c.who, c.c); field(err) != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := w.change("low", account.Edit{Interval: account.Set(2)})
		wantEqual(t, "field", field(err), any("interval"))
		wantExtra(t, err, "group", "broker")
		wantExtra(t, err, "max", 1)
		_, err = s.Account(t.Context(), w.tenant.ID, "new one")
		wantError(t, err, account.ErrUnknownAccount)
		if n := len(w.events(lasting.AccountChanged)); n != 0 {
			t.Errorf("%d changes were told", n)
		}
	})
}

func TestAChangedNumberOrAddressIsHeldByItselfUnlessItIsTheFirstAndNothingEverWas(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		number, address := account.Edit{Phone: account.Set("+4915123456789")}, account.Edit{Email: account.Set("b@example.com")}
		other := account.Edit{Phone: account.Set("+4915198765432")}
		for name, c := range map[string]struct {
			account string
			has     func(a account.Account)
			change  account.Edit
			held    string
		}{
			"nothing":                {"A", func(account.Account) {}, number, ""},
			"a phone, a new number":  {"B", func(a account.Account) { w.phoneOf(a) }, number, "number"},
			"a phone, a new address": {"C", func(a account.Account) { w.phoneOf(a) }, address, "address"},
			"a phone, both":          {"G", func(a account.Account) { w.phoneOf(a) }, account.Edit{Phone: number.Phone, Email: address.Email}, "number and address"},
			"a phone, another label": {"D", func(a account.Account) { w.phoneOf(a) }, account.Edit{Label: account.Set("Other")}, ""},
			"a method, a new number": {"E", func(a account.Account) { w.method(a, "totp") }, number, "number"},
			"a phone that was revoked": {"F", func(a account.Account) {
				must(t, s.RevokeDevice(t.Context(), w.tenant.ID, "F", w.phoneOf(a).Device, outbox.Actor{}))
			}, number, "number"},
			"a phone that left": {"J", func(a account.Account) {
				p := w.phoneOf(a)
				must(t, s.LeaveDevice(t.Context(), p.Installation, p.Device))
			}, number, "number"},
			"a method before support reset it": {"K", func(a account.Account) {
				w.method(a, "totp")
				must(t, s.ResetAccount(t.Context(), w.tenant.ID, "K", "lost", support, func(ctx context.Context, tx *sql.Tx, account string) error {
					_, err := db.Exec(ctx, tx, `DELETE FROM methods WHERE account = $1`, account)
					return err
				}))
			}, number, "number"},
			"nothing, and support reset it": {"L", func(account.Account) {
				must(t, s.ResetAccount(t.Context(), w.tenant.ID, "L", "lost", support))
			}, number, ""},
			"another number":               {"M", func(account.Account) { w.changed("M", other) }, number, "number"},
			"another address":              {"N", func(account.Account) { w.changed("N", account.Edit{Email: account.Set("a@example.com")}) }, address, "address"},
			"a number, and now an address": {"O", func(account.Account) { w.changed("O", other) }, address, ""},
			"another number that was taken off": {"P", func(account.Account) {
				w.changed("P", other)
				w.changed("P", account.Edit{Phone: account.Clear[string]()})
			}, number, "number"},
			"a phone that wrong numbers disabled": {"H", func(a account.Account) {
				must(t, s.SQL(t.Context(), `UPDATE credentials SET status = 'disabled' WHERE device = '`+w.phoneOf(a).Device+`'`))
			}, number, "number"},
			"an operator's code": {"I", func(a account.Account) { w.method(a, "bypass") }, number, ""},
		} {
			c.has(w.newAccount(c.account))
			a := w.changed(c.account, c.change)
			wantEqual(t, "held with "+name, held(a), c.held)
			for _, at := range []time.Time{a.PhoneChangedAt, a.EmailChangedAt} {
				if !at.IsZero() && time.Since(at).Abs() > time.Minute {
					t.Errorf("with %s: held since %v", name, at)
				}
			}
		}
	})
}

func held(a account.Account) string {
	var all []string
	if !a.PhoneChangedAt.IsZero() {
		all = append(all, "number")
	}
	if !a.EmailChangedAt.IsZero() {
		all = append(all, "address")
	}
	return strings.Join(all, " and ")
}

// Support resets a person who lost the phone, and corrects the number: in whatever order, and however often.
func TestNoOrderOfResetsAndChangesMakesACorrectedNumberConfirm(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		const first, second = "+4915123456789", "+4915198765432"
		change := func(number string) time.Time {
			return w.changed("4711", account.Edit{Phone: account.Set(number)}).PhoneChangedAt
		}
		reset := func() { must(t, s.ResetAccount(t.Context(), w.tenant.ID, "4711", "lost", support)) }
		if at := change(first); !at.IsZero() {
			t.Errorf("the first number of an account without anything waits since %s", at)
		}
		w.phone()
		held := change(second)
		reset()
		for _, step := range []struct {
			name   string
			number string
		}{{"changed back", first}, {"cleared", ""}, {"back again", second}, {"and another", "+4915154599371"}} {
			at := change(step.number)
			if at.Before(held) || held.IsZero() {
				t.Errorf("%s: held since %s, and before since %s", step.name, at, held)
			}
			held = at
			reset()
		}
		w.after(48 * time.Hour)
		change("")
		w.after(96 * time.Hour)
		if at := change(second); time.Since(at) > -95*time.Hour {
			t.Errorf("by way of an empty record, and days later: held since %s", at)
		}
	})
}

// method activates a method as slice factor does.
func (w *world) method(a account.Account, method string) {
	w.t.Helper()
	must(w.t, w.s.SQL(w.t.Context(), `INSERT INTO methods (account, method, active_since) VALUES ($1, $2, jawort_now())`, a.ID, method))
}

// Both are held up at their first statement, each on a connection of its own, and let go at once.
func TestTwoAccountsCannotBecomeEachOthersManagerAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t))
	w := newWorld(t, s)
	for round := range 10 {
		pair := []string{"a" + string(rune('0'+round)), "b" + string(rune('0'+round))}
		w.newAccount(pair[0])
		w.newAccount(pair[1])
		gate, err := s.Begin(t.Context())
		must(t, err)
		defer gate.Rollback()
		_, err = gate.ExecContext(t.Context(), `UPDATE accounts SET deleted_at = 0 WHERE external_id IN ($1, $2)`, pair[0], pair[1])
		must(t, err)
		made := make(chan int, 1)
		go func() {
			made <- inParallel(2, func(i int) bool {
				_, err := w.change(pair[i], account.Edit{Manager: account.Set(pair[1-i])})
				if err != nil && field(err) != "manager" {
					t.Error(err)
				}
				return err == nil
			})
		}()
		untilAllWait(t, s, 2)
		must(t, gate.Commit())
		wantEqual(t, "managers", <-made, 1)
	}
}

func TestParallelChangesOfOneAccountAreAllKept(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.group("broker", account.Interval{Max: 7})
		changes := []account.Edit{
			{Label: account.Set("Desk")}, {Group: account.Set("broker")}, {Phone: account.Set("+4915123456789")}, {Email: account.Set("a@example.com")},
			{Language: account.Set("de")}, {SMS: account.Set(true)}, {Manager: account.Set("4711")},
		}
		wantEqual(t, "changes", inParallel(len(changes), func(i int) bool {
			_, err := w.change("N1", changes[i])
			if err != nil {
				t.Error(err)
			}
			return err == nil
		}), len(changes))
		e, err := s.Entry(t.Context(), w.tenant.ID, "N1")
		must(t, err)
		if e.Label != "Desk" || e.GroupName != "broker" || e.Phone == "" || e.Email == "" || e.Language != "de" || !e.SMSOn || e.ManagerExternalID != "4711" {
			t.Errorf("kept %+v", e)
		}
		wantEqual(t, "times created", len(w.events(lasting.AccountCreated)), 1)
	})
}

// A deletion and a revocation take the account, its credentials and what the directory keeps beside it in one order.
func TestDeletionsRevocationsAndChangesAtOnceDoNotWaitForEachOtherInACircle(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.New(t))
	w := newWorld(t, s)
	for round := range 5 {
		name := "N" + string(rune('0'+round))
		a := w.newAccount(name)
		phones := []string{w.phoneOf(a).Device, w.phoneOf(a).Device, w.phoneOf(a).Device}
		inParallel(5, func(i int) bool {
			var err error
			switch i {
			case 0:
				err = s.DeleteAccount(t.Context(), w.tenant.ID, name, support)
			case 4:
				_, err = w.change("4711", account.Edit{Label: account.Set("L" + name)})
			default:
				err = s.RevokeDevice(t.Context(), w.tenant.ID, name, phones[i-1], outbox.Actor{})
			}
			if err != nil && !errors.Is(err, account.ErrUnknownAccount) {
				t.Errorf("%d: %v", i, err)
			}
			return err == nil
		})
		n, err := s.Count(t.Context(), `account_facets WHERE external_id = $1`, name)
		must(t, err)
		wantEqual(t, "facets of a deleted account", n, 0)
	}
}

func TestTheManagedOfOneAccountGetTheirIntervalTogetherOrNot(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.group("week", account.Interval{Max: 7})
		w.group("day", account.Interval{Max: 1})
		for i := range 5 {
			name := "c" + string(rune('0'+i))
			w.changed(name, account.Edit{Manager: account.Set("4711"), Group: account.Set("week")})
		}
		w.changed("c0", account.Edit{Interval: account.Set(7)})
		w.changed("stranger", account.Edit{Group: account.Set("week")})
		must(t, s.SQL(t.Context(), `DELETE FROM outbox`))
		seven, two := 7, 2
		managed, changed, err := s.SetManagedInterval(t.Context(), w.tenant.ID, "4711", "", &seven, support)
		must(t, err)
		if managed != 5 || changed != 4 || len(w.events(lasting.AccountChanged)) != 4 {
			t.Errorf("%d managed, %d changed, %d told", managed, changed, len(w.events(lasting.AccountChanged)))
		}
		w.changed("c1", account.Edit{Group: account.Set("day"), Interval: account.Set(1)})
		_, _, err = s.SetManagedInterval(t.Context(), w.tenant.ID, "4711", "", &two, support)
		wantEqual(t, "field", field(err), any("interval"))
		wantExtra(t, err, "group", "day")
		for name, want := range map[string]int{"c0": 7, "c1": 1, "c2": 7} {
			a, err := s.Account(t.Context(), w.tenant.ID, name)
			must(t, err)
			wantEqual(t, "interval of "+name, *a.Interval, want)
		}
		_, _, err = s.SetManagedInterval(t.Context(), w.tenant.ID, "4711", "", nil, support)
		must(t, err)
		wantEqual(t, "field", field(s.SetInterval(t.Context(), w.tenant.ID, "c1", &seven, support)), any("interval"))
		must(t, s.SetInterval(t.Context(), w.tenant.ID, "c2", &seven, support))
		_, _, err = s.SetManagedInterval(t.Context(), newWorld(t, s).tenant.ID, "c0", "", nil, support)
		wantError(t, err, account.ErrUnknownAccount)
	})
}

func TestWhoeverManagesNobodySetsTheIntervalOfNobody(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		seven, eight := 7, 8
		for _, days := range []*int{nil, &seven} {
			managed, changed, err := s.SetManagedInterval(t.Context(), w.tenant.ID, "4711", "", days, support)
			must(t, err)
			wantEqual(t, "managed and changed", managed+changed, 0)
		}
		_, _, err := s.SetManagedInterval(t.Context(), w.tenant.ID, "4711", "", &eight, support)
		wantEqual(t, "field", field(err), any("interval"))
	})
}

func names(entries []lasting.Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, e.ExternalID)
	}
	return strings.Join(all, " ")
}

func TestEachFilterPicksWhatItSays(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.group("broker", account.Interval{Max: 7})
		w.changed("4711", account.Edit{Group: account.Set("broker"), Phone: account.Set("+4915123456789")})
		w.changed("a1", account.Edit{Label: account.Set("Ärger & Söhne"), Manager: account.Set("4711"), Email: account.Set("a@example.com"), SMS: account.Set(true)})
		w.changed("a2", account.Edit{Label: account.Set("Boss"), Group: account.Set("broker"), Interval: account.Set(7)})
		a3 := w.newAccount("a3")
		w.method(a3, "totp")
		w.method(a3, "recovery")
		phone := w.phone() // of 4711
		mute := w.phoneOf(w.account)
		must(t, s.SQL(t.Context(), `UPDATE installations SET address = NULL WHERE id = $1`, phone.Installation))
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, "4711", mute.Device, outbox.Actor{}))
		p := w.pending()
		_, err := w.decide(p, phone, "approve")
		must(t, err)
		must(t, s.Used(t.Context(), []string{p.ID}))
		must(t, s.Used(t.Context(), []string{p.ID}))
		newWorld(t, s) // another tenant's accounts stay out
		on, off, seven, chosen := true, false, 7, lasting.DefaultInterval
		hour := time.Now().Add(-time.Hour)
		for want, filters := range map[string][]lasting.AccountFilter{
			"4711 a1 a2 a3": {{}},
			"a1 a2 a3":      {{Prefix: "a"}, {Application: "Portal", Used: &lasting.Used{}}, {Lacks: []lasting.Facet{"phone"}}, {Lacks: []lasting.Facet{"device"}}},
			"a2 a3":         {{Prefix: "a", Lacks: []lasting.Facet{"email"}}, {After: "a1"}},
			"a1":            {{Query: "äRGER"}, {Manager: "4711"}, {SMS: &on}, {Has: []lasting.Facet{"email"}}, {Query: "A1"}},
			"a2":            {{Interval: &seven}, {Query: "boss", Group: "broker"}},
			"a3":            {{Has: []lasting.Facet{"totp", "recovery"}}, {Has: []lasting.Facet{"any"}, Lacks: []lasting.Facet{"device"}}},
			"4711": {
				{Has: []lasting.Facet{"device"}, Lacks: []lasting.Facet{"push"}}, {Has: []lasting.Facet{"phone"}},
				{Application: w.app.ID, Used: &lasting.Used{Since: hour}}, {Application: "Portal", Used: &lasting.Used{Before: time.Now().Add(time.Hour)}},
			},
			"4711 a2":    {{Group: "broker"}},
			"4711 a1 a3": {{Interval: &chosen}},
			"4711 a2 a3": {{SMS: &off}},
			"4711 a3":    {{Has: []lasting.Facet{"any"}}},
			"a1 a2":      {{Lacks: []lasting.Facet{"any"}}},
			"": {
				{Query: "%"}, {Has: []lasting.Facet{"push"}}, {Has: []lasting.Facet{"sms"}}, {Has: []lasting.Facet{"email_code"}},
				{Application: "Portal", Used: &lasting.Used{Since: time.Now().Add(time.Hour)}}, {Application: "Portal", Used: &lasting.Used{Before: hour}},
			},
		} {
			for _, f := range filters {
				found, err := s.Accounts(t.Context(), w.tenant.ID, f)
				must(t, err)
				if got := names(found); got != want {
					t.Errorf("%+v picks %q, want %q", f, got, want)
				}
			}
		}
		e, err := s.Entry(t.Context(), w.tenant.ID, "4711")
		must(t, err)
		if e.Devices != 1 || len(e.Uses) != 1 || e.Uses[0].Name != "Portal" || e.Uses[0].At.Before(hour) || e.GroupName != "broker" {
			t.Errorf("entry is %+v", e)
		}
		for name, f := range map[string]lasting.AccountFilter{
			"group": {Group: "none"}, "manager": {Manager: "none"}, "application": {Application: "none", Used: &lasting.Used{}},
			"has": {Has: []lasting.Facet{"x"}}, "lacks": {Lacks: []lasting.Facet{"x"}},
		} {
			if _, err := s.Accounts(t.Context(), w.tenant.ID, f); field(err) != name {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestTheManagerWhoIsDeletedIsNone(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.newAccount("boss")
		w.changed("a1", account.Edit{Manager: account.Set("boss")})
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "boss", support))
		e, err := s.Entry(t.Context(), w.tenant.ID, "a1")
		must(t, err)
		if e.Manager != "" || e.ManagerExternalID != "" {
			t.Errorf("managed by %q %q", e.Manager, e.ManagerExternalID)
		}
		w.newAccount("boss") // another one
		found, err := s.Accounts(t.Context(), w.tenant.ID, lasting.AccountFilter{Manager: "boss"})
		must(t, err)
		wantEqual(t, "managed by a namesake", len(found), 0)
	})
}
