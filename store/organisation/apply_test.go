package organisation_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
)

const whole = `
tenant: {name: Muster, language: de, time_zone: Europe/Berlin}
applications: [{name: Portal, origins: ["https://portal.example"], max_interval: 12h}]
groups:
- {name: brokers, interval: {min: 0, max: 1, default: 1}, enforced_from: {Portal: 2027-01-01}}
sms: {prices: {+49: "0.10"}, budgets: [{scope: group, subject: brokers, period: quarter, limit: "10.00"}]}
accounts:
- {account: 2, manager: 1, group: brokers, interval: 1}
- {account: 1, label: Büro, phone: +49 152 28817386, email: a@post.example, language: en, sms: on}
`

func TestAFileIsAppliedAndTheSecondTimeChangesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(whole)
		tenant := w.tenant("Muster")
		if tenant.Policy.Language != "de" || tenant.Policy.TimeZone != "Europe/Berlin" {
			w.Errorf("the tenant's policy is %+v", tenant.Policy)
		}
		applications, err := w.Lasting.Applications(w.Context(), tenant.ID)
		must(w.T, err)
		if len(applications) != 1 || applications[0].Policy.MaxInterval.String() != "12h" || applications[0].Origins[0] != "https://portal.example" {
			w.Errorf("the applications are %+v", applications)
		}
		groups, err := w.Lasting.Groups(w.Context(), tenant.ID)
		must(w.T, err)
		if len(groups) != 1 || groups[0].Policy.EnforcedFrom["Portal"].String() != "2027-01-01" {
			w.Errorf("the groups are %+v", groups)
		}
		one, two := w.account(tenant.ID, "1"), w.account(tenant.ID, "2")
		if one.Phone != "+4915228817386" || one.Email != "a@post.example" || one.Label != "Büro" || one.Language != "en" || !one.SMSOn {
			w.Errorf("account 1 is %+v", one)
		}
		if two.Manager != one.ID || two.Group != groups[0].ID || *two.Interval != 1 || two.Label != "2" || two.SMSOn {
			w.Errorf("account 2 is %+v", two)
		}
		settings, err := db.One(w.Context(), w.Lasting.Reads(), db.ScanString, `SELECT settings FROM sms_settings WHERE tenant = $1`, tenant.ID)
		must(w.T, err)
		if !strings.Contains(settings, `"subject":"`+groups[0].ID+`"`) || !strings.Contains(settings, `"time_zone":"Europe/Berlin"`) {
			w.Errorf("the settings of SMS are %s", settings)
		}
		want := []string{"tenant.created", "application.created", "group.created", "sms_settings.changed", "account.created", "account.created"}
		got := w.events()
		for i := range got {
			got[i] = strings.TrimSuffix(got[i], " by command jawort")
		}
		if !reflect.DeepEqual(got, want) {
			w.Errorf("the events are %q", got)
		}
		w.want("the second time", w.apply(whole), "= 6 unchanged\n")
		if events := w.events(); len(events) != 0 {
			w.Errorf("the second time brought %q", events)
		}
	})
}

func TestWhatIsMentionedIsAsTheFileSaysAndTheRestStays(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(whole)
		w.events()
		w.want("the change", w.apply(`
tenant: {name: Muster, language: de, time_zone: Europe/Berlin}
applications: [{name: Suite}]
accounts: [{account: 1, phone: +49 152 28895456}]
`), `+ application Suite
~ account 1: label B••• → 1•••, phone •••86 → •••56, email a•••@post.example → unset, language en → unset, sms on → off
= 1 unchanged
`)
		tenant := w.tenant("Muster")
		if a := w.account(tenant.ID, "2"); *a.Interval != 1 || a.Manager == "" {
			w.Errorf("what was not mentioned is %+v", a)
		}
		if a := w.account(tenant.ID, "1"); a.Phone != "+4915228895456" || a.Label != "1" || a.Email != "" {
			w.Errorf("what was mentioned is %+v", a)
		}
		want := []string{"application.created", "account.changed", "account.phone_changed", "account.email_changed"}
		if got := w.events(); len(got) != len(want) || !strings.HasPrefix(got[2], want[2]) || !strings.HasPrefix(got[3], want[3]) {
			w.Errorf("the events are %q, want %q", got, want)
		}
	})
}

func TestARenamedApplicationKeepsItsIDAndTheDatesOfTheGroups(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(whole)
		tenant := w.tenant("Muster")
		before, err := w.Lasting.Applications(w.Context(), tenant.ID)
		must(w.T, err)
		const renamed = `
tenant: {name: Muster AG, formerly: Muster, language: de, time_zone: Europe/Berlin}
applications: [{name: Web Portal, formerly: Portal, origins: ["https://portal.example"], max_interval: 12h}]
`
		w.want("renaming", w.apply(renamed), `~ tenant Muster AG: name Muster → Muster AG
~ application Web Portal: name Portal → Web Portal
~ group brokers: enforced_from.Portal 2027-01-01 → unset, enforced_from.Web Portal unset → 2027-01-01
`)
		after, err := w.Lasting.Applications(w.Context(), w.tenant("Muster AG").ID)
		must(w.T, err)
		if len(after) != 1 || after[0].ID != before[0].ID || after[0].Name != "Web Portal" {
			w.Errorf("it is %+v, was %+v", after, before)
		}
		groups, err := w.Lasting.Groups(w.Context(), tenant.ID)
		must(w.T, err)
		if _, kept := groups[0].Policy.EnforcedFrom["Web Portal"]; !kept || len(groups[0].Policy.EnforcedFrom) != 1 {
			w.Errorf("the group is %+v", groups[0])
		}
		w.want("the second time", w.apply(renamed), "= 2 unchanged\n")
	})
}

func TestAMistakeInTheLastLineAppliesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		for _, last := range []string{"- {account: 3, manager: nobody}", "- {account: 3, colour: red}", "---\ntenant: {name: Other}\ngroups: [{name: x, enforced_from: {Nowhere: 2027-01-01}}]"} {
			if _, err := w.try(whole + last); !isMistakes(err) {
				w.Errorf("%s: %v", last, err)
			}
		}
		tenants, err := w.Lasting.Tenants(w.Context())
		must(w.T, err)
		if events := w.events(); len(tenants) > 0 || len(events) > 0 {
			w.Errorf("there are %d tenants, and %q", len(tenants), events)
		}
	})
}

func TestADryRunShowsTheSameAndChangesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		dry := w.dry(whole)
		if tenants, err := w.Lasting.Tenants(w.Context()); err != nil || len(tenants) > 0 {
			w.Errorf("a dry run made %+v, %v", tenants, err)
		}
		w.want("applying", w.apply(whole), dry)
		w.want("a dry run afterwards", w.dry(whole), "= 6 unchanged\n")
	})
}

func TestARevokedTenantIsNotThere(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(whole)
		first := w.tenant("Muster").ID
		must(w.T, w.Lasting.RevokeTenant(w.Context(), first))
		w.apply(whole)
		if w.tenant("Muster").ID == first {
			w.Error("the revoked tenant came back")
		}
	})
}

func TestTwoTenantsOfOneNameAreAMistake(t *testing.T) {
	onEach(t, func(w *world) {
		for _, id := range []string{"ten_a", "ten_b"} {
			must(w.T, w.Lasting.CreateTenant(w.Context(), account.Tenant{ID: id, Name: "Muster"}))
		}
		if _, err := w.try("tenant: {name: Muster}"); !isMistakes(err) || !strings.Contains(err.Error(), "several tenants") {
			w.Errorf("error %v", err)
		}
	})
}

func TestAnEventSaysWhatChangedAndKeepsPersonalDataApart(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(whole)
		w.events()
		w.apply("tenant: {name: Muster, language: de, time_zone: Europe/Berlin}\naccounts: [{account: 1, label: Erika, phone: +49 152 28895456, sms: on}]")
		type event struct{ data, personal string }
		events, err := db.All(w.Context(), w.Lasting.Reads(), func(r db.Row) (e event, err error) {
			return e, r.Scan(&e.data, &e.personal)
		}, `SELECT data, personal FROM outbox ORDER BY id`)
		must(w.T, err)
		var data struct{ Changed []string }
		must(w.T, json.Unmarshal([]byte(events[0].data), &data))
		if !reflect.DeepEqual(data.Changed, []string{"label", "phone", "email", "language"}) {
			w.Errorf("changed are %q", data.Changed)
		}
		w.want("the new number", events[1].personal, `{"new":"+4915228895456","old":"+4915228817386"}`)
		for _, e := range events {
			if strings.Contains(e.data, "Erika") || strings.Contains(e.data, "28895456") {
				w.Errorf("personal data among the facts: %s", e.data)
			}
		}
	})
}
