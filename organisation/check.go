package organisation

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
)

// check finds the mistakes that the document shows by itself.
func (d *Document) check() {
	d.name("tenant", d.Tenant.Name, d.Tenant.Formerly)
	policy := d.Tenant.TenantPolicy
	d.policy("tenant", &policy)
	d.checkApplications()
	d.checkGroups()
	if d.SMS != nil {
		d.checkSMS()
	}
	d.checkAccounts()
}

// mistake notes what is wrong with a member, unless it, or what it lies in, could not be read in the first place.
func (d *Document) mistake(path, what string) {
	known := func(m Mistake) bool {
		rest, within := strings.CutPrefix(path, m.Path)
		return within && m.Path != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
	}
	if !slices.ContainsFunc(d.at.mistakes, known) {
		d.at.mistakes.add(d.at.lineOf(path), path, what)
	}
}

func (d *Document) checkApplications() {
	names := newNames(d, "an application")
	for i, a := range d.Applications {
		path := fmt.Sprintf("applications[%d]", i)
		names.add(path, a.Name, a.Formerly)
		for j, origin := range a.Origins {
			if err := account.ValidateOrigin(origin); err != nil {
				_, what := refused(err)
				d.mistake(fmt.Sprintf("%s.origins[%d]", path, j), what)
			}
		}
		if err := account.ValidateRPID(a.RPID, a.Origins); err != nil {
			_, what := refused(err)
			d.mistake(path+".rp_id", what)
		}
		policy := a.ApplicationPolicy
		d.policy(path, &policy)
	}
	names.check()
}

func (d *Document) checkGroups() {
	names := newNames(d, "a group")
	for i, g := range d.Groups {
		path := fmt.Sprintf("groups[%d]", i)
		names.add(path, g.Name, g.Formerly)
		policy := g.GroupPolicy
		d.policy(path, &policy)
	}
	names.check()
}

// validated is a policy that says what cannot be.
type validated interface{ Validate() error }

// policy tells all that is wrong with a policy, of which it has a copy. Validate stops at the first mistake; so what it
// names is left out, and the copy is asked again.
func (d *Document) policy(path string, copied validated) {
	for err := copied.Validate(); err != nil; err = copied.Validate() {
		field, what := refused(err)
		d.mistake(join(path, field), what)
		if !leaveOut(reflect.ValueOf(copied).Elem(), field) {
			return
		}
	}
}

// leaveOut clears the member in which a field lies, or the entry of a map, and reports whether that changed anything.
func leaveOut(v reflect.Value, field string) bool {
	name, rest := field, ""
	if i := strings.IndexAny(field, ".["); i >= 0 {
		name, rest = field[:i], strings.Trim(field[i:], ".[]")
	}
	fields, _ := membersOf(v)
	member, ok := fields[name]
	if !ok || member.IsZero() {
		return false
	}
	if key := reflect.ValueOf(rest); member.Kind() == reflect.Map && member.MapIndex(key).IsValid() {
		member.SetMapIndex(key, reflect.Value{})
		return true
	}
	member.SetZero()
	return true
}

// checkSMS looks at each budget by itself, so that one does not hide the next.
func (d *Document) checkSMS() {
	whole := *d.SMS
	whole.Budgets, whole.Prices = nil, maps.Clone(d.SMS.Prices)
	d.policy("sms", &whole)
	alone := false
	for i, b := range d.SMS.Budgets {
		one := ledger.Settings{Prices: whole.Prices, Budgets: []ledger.Budget{b}}
		if field, what := refusedBudget(one); field != "" {
			d.mistake("sms."+strings.Replace(field, "budgets[0]", fmt.Sprintf("budgets[%d]", i), 1), what)
			alone = true
		}
	}
	whole.Budgets = d.SMS.Budgets
	if field, what := refusedBudget(whole); field != "" && !alone {
		d.mistake("sms."+field, what)
	}
}

// refusedBudget returns what is wrong with the budgets of settings.
func refusedBudget(s ledger.Settings) (field, what string) {
	if err := s.Validate(); err != nil {
		return refused(err)
	}
	return "", ""
}
