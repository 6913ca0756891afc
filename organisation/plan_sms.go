package organisation

import (
	"fmt"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
)

// planSMS finds the ids of what the budgets name. Months and quarters begin in the tenant's time zone unless the document
// says otherwise.
func (p *planner) planSMS(d *Document) {
	if d.SMS == nil {
		return
	}
	after := *d.SMS
	if after.TimeZone == "" {
		after.TimeZone = d.Tenant.TimeZone
	}
	after.Budgets = slices.Clone(after.Budgets)
	for i, b := range after.Budgets {
		found, ok := p.subject(b)
		if !ok {
			p.tell(d, fmt.Sprintf("sms.budgets[%d].subject", i), fmt.Sprintf("is not the name of %s of this tenant", article(b.Scope)))
		}
		after.Budgets[i].Subject = found
	}
	compare(p, &p.plan.SMS, "", p.state.SMS, after, differences(p.smsFacts, p.state.SMS, after))
}

// subject returns by what the ledger knows the subject of a budget.
func (p *planner) subject(b ledger.Budget) (string, bool) {
	switch b.Scope {
	case ledger.ScopeApplication:
		for _, a := range p.applications() {
			if a.Name == b.Subject {
				return a.ID, true
			}
		}
		return "", false
	case ledger.ScopeGroup:
		g, ok := p.group(b.Subject)
		return g.ID, ok
	default:
		return b.Subject, true
	}
}

// applications returns the tenant's as they will be.
func (p *planner) applications() []account.Application {
	return merged(p.state.Applications, p.plan.Applications, func(a account.Application) string { return a.ID })
}

// smsFacts name applications and groups, so that a plan can be read.
func (p *planner) smsFacts(s ledger.Settings) facts {
	s = s.WithDefaults() // which copies the budgets
	names := map[string]string{}
	for _, a := range p.applications() {
		names[a.ID] = a.Name
	}
	for _, g := range p.allGroups() {
		names[g.ID] = g.Name
	}
	for i, b := range s.Budgets {
		if name, ok := names[b.Subject]; ok {
			s.Budgets[i].Subject = name
		}
	}
	return factsOf(s)
}

func article(s ledger.Scope) string {
	if s == ledger.ScopeApplication {
		return "an application"
	}
	return "a group"
}
