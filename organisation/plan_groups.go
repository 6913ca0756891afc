package organisation

import (
	"fmt"
	"maps"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
)

// planGroups carries on new names of applications into the groups that the document does not mention.
func (p *planner) planGroups(d *Document, renamed map[string]string) {
	applications := p.applicationNames(d, renamed)
	known := index(p, d, p.state.Groups, func(g account.Group) string { return g.Name })
	mentioned := map[string]bool{}
	for i, g := range d.Groups {
		path := at("groups", i)
		for _, name := range slices.Sorted(maps.Keys(g.EnforcedFrom)) {
			if !applications[name] {
				p.tell(d, fmt.Sprintf("%s.enforced_from[%s]", path, name), "is not the name of an application of this tenant")
			}
		}
		before, ok := known.find(path, g.Name, g.Formerly, "group")
		if !ok {
			continue
		}
		after := account.Group{Tenant: p.plan.Tenant.ID, Name: g.Name, Policy: g.GroupPolicy}
		if before != nil {
			after.ID = before.ID
			mentioned[before.ID] = true
		} else {
			after.ID = p.newID(id.Group)
		}
		compare(p, &p.plan.Groups, g.Name, before, after, differences(groupFacts, before, after))
	}
	for i, g := range p.state.Groups {
		if moved := movedDates(g.Policy, renamed); moved != nil && !mentioned[g.ID] {
			after := g
			after.Policy.EnforcedFrom = moved
			compare(p, &p.plan.Groups, g.Name, &p.state.Groups[i], after, differences(groupFacts, &g, after))
		}
	}
}

// movedDates returns from when on a group must confirm, with the new names of the applications; nil: they are the same.
func movedDates(policy account.GroupPolicy, renamed map[string]string) map[string]account.Date {
	dates, moved := map[string]account.Date{}, false
	for old, date := range policy.EnforcedFrom {
		name, ok := renamed[old]
		if !ok {
			name = old
		}
		dates[name], moved = date, moved || name != old
	}
	if !moved {
		return nil
	}
	return dates
}

// applicationNames are those that the tenant will have.
func (p *planner) applicationNames(d *Document, renamed map[string]string) map[string]bool {
	names := map[string]bool{}
	for _, a := range p.state.Applications {
		if _, mentioned := renamed[a.Name]; !mentioned {
			names[a.Name] = true
		}
	}
	for _, a := range d.Applications {
		names[a.Name] = true
	}
	return names
}

func groupFacts(g account.Group) facts { return factsOf(g.Policy.WithDefaults()).with("name", g.Name) }

// group returns the group of this name as it will be.
func (p *planner) group(name string) (account.Group, bool) {
	all := p.allGroups()
	i := slices.IndexFunc(all, func(g account.Group) bool { return g.Name == name })
	if i < 0 {
		return account.Group{}, false
	}
	return all[i], true
}

// allGroups returns the tenant's groups as they will be.
func (p *planner) allGroups() []account.Group {
	return merged(p.state.Groups, p.plan.Groups, func(g account.Group) string { return g.ID })
}

// merged returns what there is with the steps done.
func merged[T any](state []T, steps []Step[T], id func(T) string) []T {
	all, places := slices.Clone(state), map[string]int{}
	for i, one := range all {
		places[id(one)] = i
	}
	for _, s := range steps {
		if i, there := places[id(s.After)]; there {
			all[i] = s.After
			continue
		}
		all = append(all, s.After)
	}
	return all
}
