package organisation

import (
	"errors"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
)

// rows are accounts of a file. What a file covers is as it says; what it does not cover stays as it is.
type rows struct {
	accounts []Account
	covers   []string // names of columns
	keeps    bool     // an interval that stays is not judged by bounds that became narrower since; they hold at each login
	refuse   func(i int, field string, r reason)
}

// accountPlanner plans the accounts of one file.
type accountPlanner struct {
	*planner
	rows
	groups    map[string]account.Group    // by name
	policies  map[string]account.Group    // by id
	existing  map[string]*account.Account // by login number
	ids       map[string]string           // of all that there will be, by login number
	numbers   map[string]string           // the other way round
	afterward []account.Account           // of each row
}

func (p *planner) planAccounts(r rows) {
	if len(r.accounts) == 0 {
		return
	}
	a := newAccountPlanner(p, r)
	for i, row := range r.accounts {
		a.afterward = append(a.afterward, a.after(i, row))
	}
	levels := a.levels()
	order := make([]int, len(r.accounts))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return levels[x] - levels[y] })
	for _, i := range order {
		after := a.afterward[i]
		if after.ExternalID == "" {
			continue // a mistake, of which somebody has been told
		}
		before := a.existing[after.ExternalID]
		compare(p, &p.plan.Accounts, after.ExternalID, before, after, a.fields(before, after))
	}
}

func newAccountPlanner(p *planner, r rows) *accountPlanner {
	a := &accountPlanner{
		planner: p, rows: r, groups: map[string]account.Group{}, policies: map[string]account.Group{},
		existing: map[string]*account.Account{}, ids: map[string]string{}, numbers: map[string]string{},
	}
	for _, g := range p.allGroups() {
		a.groups[g.Name], a.policies[g.ID] = g, g
	}
	for i, known := range p.state.Accounts {
		a.existing[known.ExternalID] = &p.state.Accounts[i]
		a.ids[known.ExternalID], a.numbers[known.ID] = known.ID, known.ExternalID
	}
	for _, row := range r.accounts {
		if _, known := a.ids[row.ExternalID]; !known && row.ExternalID != "" {
			made := p.newID(id.Account)
			a.ids[row.ExternalID], a.numbers[made] = made, row.ExternalID
		}
	}
	return a
}

// after returns the account of a row as it will be.
func (a *accountPlanner) after(i int, row Account) account.Account {
	to := account.Account{ID: a.ids[row.ExternalID], Tenant: a.plan.Tenant.ID, ExternalID: row.ExternalID, Label: row.ExternalID}
	if before := a.existing[row.ExternalID]; before != nil {
		to = *before
	}
	for _, column := range a.covers {
		a.set(i, &to, column, row)
	}
	_, known := a.groups[row.Group]
	judged := slices.Contains(a.covers, "interval") || slices.Contains(a.covers, "group")
	if judged && (known || row.Group == "") && !(a.keeps && a.stays(to)) {
		a.checkInterval(i, to)
	}
	return to
}

// stays reports whether an account keeps its group and its interval.
func (a *accountPlanner) stays(to account.Account) bool {
	before := a.existing[to.ExternalID]
	return before != nil && before.Group == to.Group && days(before.Interval) == days(to.Interval)
}

func (a *accountPlanner) set(i int, to *account.Account, column string, row Account) {
	switch column {
	case "label":
		to.Label = row.Label
		if to.Label == "" {
			to.Label = row.ExternalID
		}
	case "group":
		g, known := a.groups[row.Group]
		if to.Group = g.ID; row.Group != "" && !known {
			a.refuse(i, column, why("group-unknown", "is not the name of a group of this tenant"))
		}
	case "manager":
		manager, known := a.ids[row.Manager]
		if to.Manager = manager; row.Manager != "" && !known {
			a.refuse(i, column, why("manager-unknown", "is not the login number of an account of this tenant or this file"))
		}
	case "phone":
		to.Phone = row.Phone
	case "email":
		to.Email = row.Email
	case "language":
		to.Language = row.Language
	case "interval":
		to.Interval = row.Interval
	case "sms":
		to.SMSOn = row.SMS
	}
}

// checkInterval refuses what the group does not allow. A number of days that is nonsense has been refused before.
func (a *accountPlanner) checkInterval(i int, to account.Account) {
	if to.Interval == nil || *to.Interval < 0 || *to.Interval > account.MaxIntervalDays {
		return
	}
	g := a.policies[to.Group]
	var outside *refusal.Error
	if !errors.As(g.Policy.ChooseInterval(*to.Interval), &outside) {
		return
	}
	if g.ID == "" {
		a.refuse(i, "interval", why("interval-alone", "must be 0: an account without a group is always asked"))
		return
	}
	bounds := g.Policy.Interval
	if bounds.Min > bounds.Max {
		return // a mistake of the group
	}
	a.refuse(i, "interval", why("interval-bounds", "the group %s allows %d to %d days (0: always ask)", g.Name, bounds.Min, bounds.Max))
}
