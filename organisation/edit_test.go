package organisation_test

import (
	"crypto/rand"
	"errors"
	"slices"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
)

func before() organisation.State {
	return organisation.State{
		Tenants:      []account.Tenant{{ID: "ten_muster", Name: "Muster", Policy: account.TenantPolicy{Region: "DE"}}},
		Applications: []account.Application{{ID: "app_portal", Tenant: "ten_muster", Name: "Portal"}, {ID: "app_vpn", Tenant: "ten_muster", Name: "VPN"}},
		Groups: []account.Group{
			{ID: "grp_brokers", Tenant: "ten_muster", Name: "Brokers", Policy: account.GroupPolicy{EnforcedFrom: map[string]account.Date{"Portal": {}}}},
			{ID: "grp_customers", Tenant: "ten_muster", Name: "Customers"},
		},
	}
}

func edit(t *testing.T, part, subject, seen string, members map[string]any) *organisation.Edit {
	t.Helper()
	e, err := organisation.ReadEdit("ten_muster", part, subject, seen, members)
	must(t, err)
	return e
}

func paths(mistakes ...organisation.Mistakes) (all []string) {
	for _, m := range slices.Concat(mistakes...) {
		all = append(all, m.Path)
	}
	return all
}

func TestAnEditChangesOneThingByItsIDAndLeavesAllElse(t *testing.T) {
	t.Parallel()
	e := edit(t, organisation.EditApplication, "app_portal", "", map[string]any{"name": "Web portal", "origins": []any{"https://login.example"}, "max_interval": "12h"})
	plan, mistakes, err := e.Plan(before(), rand.Reader)
	must(t, err)
	if len(e.Mistakes)+len(mistakes) > 0 || len(plan.Applications) != 1 || plan.Applications[0].After.ID != "app_portal" || plan.Applications[0].New() || len(plan.Tenants) != 0 {
		t.Errorf("%v %v %+v", e.Mistakes, mistakes, plan)
	}
	if len(plan.Groups) != 1 || plan.Groups[0].After.ID != "grp_brokers" {
		t.Errorf("the new name is not carried on into the group: %+v", plan.Groups)
	}
	plan, _, err = edit(t, organisation.EditTenant, "ten_muster", "", map[string]any{"name": "Muster", "region": "AT"}).Plan(before(), rand.Reader)
	if must(t, err); len(plan.Tenants) != 1 || plan.Tenants[0].After.ID != "ten_muster" || len(plan.Applications)+len(plan.Groups) > 0 {
		t.Errorf("%+v", plan)
	}
}

func TestAnEditIsRefusedForWhatCannotBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		part, subject string
		members       map[string]any
		path          string
	}{
		"a bound":                    {organisation.EditGroup, "grp_customers", map[string]any{"name": "Customers", "interval": map[string]any{"max": 9}}, "interval.max"},
		"a word":                     {organisation.EditGroup, "grp_customers", map[string]any{"name": "Customers", "sharing": "perhaps"}, "sharing"},
		"a number":                   {organisation.EditApplication, "app_vpn", map[string]any{"name": "VPN", "totp_skew": "many"}, "totp_skew"},
		"a member":                   {organisation.EditApplication, "app_vpn", map[string]any{"name": "VPN", "secret": "x"}, "secret"},
		"an application":             {organisation.EditGroup, "", map[string]any{"name": "New", "enforced_from": map[string]any{"Nothing": "2027-01-01"}}, "enforced_from[Nothing]"},
		"another one's name":         {organisation.EditGroup, "grp_customers", map[string]any{"name": "Brokers"}, "name"},
		"another one's name, anew":   {organisation.EditApplication, "", map[string]any{"name": "Portal"}, "name"},
		"a tenant called like an id": {organisation.EditTenant, "ten_muster", map[string]any{"name": "ten_other"}, "name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := edit(t, c.part, c.subject, "", c.members)
			_, mistakes, err := e.Plan(before(), rand.Reader)
			must(t, err)
			if found := paths(e.Mistakes, mistakes); !slices.Contains(found, c.path) {
				t.Errorf("found %q, want %q", found, c.path)
			}
		})
	}
}

func TestNobodyTakesTheNameOfAnotherTenant(t *testing.T) {
	t.Parallel()
	beside := before()
	beside.Tenants = append(beside.Tenants, account.Tenant{ID: "ten_victim", Name: "Victim"})
	renaming := edit(t, organisation.EditTenant, "ten_muster", "", map[string]any{"name": "Victim"})
	if wants := renaming.Wants().Tenants; !slices.Contains(wants, "Victim") || !slices.Contains(wants, "ten_muster") {
		t.Errorf("it asks for %q only", wants)
	}
	if _, mistakes, err := renaming.Plan(beside, rand.Reader); err != nil || !slices.Contains(paths(mistakes), "name") {
		t.Errorf("%v %v", mistakes, err)
	}
	bound := edit(t, organisation.EditTenant, "ten_muster", "", map[string]any{"name": "New"})
	if plan, mistakes, err := bound.Plan(before(), rand.Reader); err != nil || len(mistakes) > 0 || len(plan.Tenants) != 1 {
		t.Errorf("a free name: %v %v %v", plan, mistakes, err)
	}
	bound.KeepName()
	if _, mistakes, err := bound.Plan(before(), rand.Reader); err != nil || !slices.Contains(paths(mistakes), "name") {
		t.Errorf("by an operator of one tenant: %v %v", mistakes, err)
	}
}

func TestAnEditOfWhatHasGoneOrChangedMeanwhileIsRefused(t *testing.T) {
	t.Parallel()
	members := map[string]any{"name": "Customers", "remember": true}
	if _, _, err := edit(t, organisation.EditGroup, "grp_gone", "", members).Plan(before(), rand.Reader); !errors.Is(err, organisation.ErrGone) {
		t.Errorf("gone: %v", err)
	}
	seen := organisation.Fingerprint(before().Groups[1])
	if _, _, err := edit(t, organisation.EditGroup, "grp_customers", seen, members).Plan(before(), rand.Reader); err != nil {
		t.Errorf("as it was: %v", err)
	}
	changed := before()
	changed.Groups[1].Policy.Interval = account.Interval{Max: 1}
	if _, _, err := edit(t, organisation.EditGroup, "grp_customers", seen, members).Plan(changed, rand.Reader); !errors.Is(err, organisation.ErrMeanwhile) {
		t.Errorf("changed: %v", err)
	}
	foreign := before()
	foreign.Tenants[0].ID = "ten_other"
	if _, mistakes, err := edit(t, organisation.EditGroup, "grp_customers", "", members).Plan(foreign, rand.Reader); err != nil || len(mistakes) == 0 {
		t.Errorf("another tenant: %v %v", mistakes, err)
	}
}

func FuzzReadEdit(f *testing.F) {
	for _, seed := range [][2]string{{"name", "Customers"}, {"sharing", "perhaps"}, {"interval", "9"}, {"methods", "- push"}, {"enforced_from", "2027-01-01"}, {"", ""}, {"formerly", "Brokers"}, {"remember", "on"}, {"\x00", "\xff"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, member, value string) {
		for _, part := range []string{organisation.EditTenant, organisation.EditApplication, organisation.EditGroup} {
			e, err := organisation.ReadEdit("ten_muster", part, "", "", map[string]any{"name": "New", member: value})
			if err != nil {
				return // what no file can hold
			}
			plan, mistakes, err := e.Plan(before(), rand.Reader)
			if err != nil || len(e.Mistakes)+len(mistakes) > 0 {
				continue
			}
			for _, one := range slices.Concat(plan.Lines(false)) {
				if !one.New && part != organisation.EditTenant {
					t.Errorf("%q: %q changes %+v", member, value, one)
				}
			}
		}
	})
}
