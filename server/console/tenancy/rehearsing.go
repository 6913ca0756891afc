package tenancy

import (
	"context"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/policy"
)

// Rehearse judges the logins of the last month of the caller's tenant under other policies, by the names of those in force.
type Rehearse func(ctx context.Context, groups map[string]account.GroupPolicy, applications map[string]account.ApplicationPolicy) (policy.Rehearsed, error)

// errRehearsing refuses to judge a tenant's logins a second time at once: a month of them is much to read.
var errRehearsing = pages.Fault{Status: http.StatusTooManyRequests, Text: "outlook.busy"}

// rehearse adds to the outlook what the plan would have meant. What is new has no logins yet.
func (t Tenancy) rehearse(v *console.Visit, p organisation.Plan, o *outlook) error {
	groups, applications := map[string]account.GroupPolicy{}, map[string]account.ApplicationPolicy{}
	for _, s := range p.Groups {
		if !s.New() {
			groups[s.Before.Name] = s.After.Policy
		}
	}
	for _, s := range p.Applications {
		if !s.New() {
			applications[s.Before.Name] = s.After.Policy
		}
	}
	if len(groups)+len(applications) == 0 {
		return nil
	}
	end, ok := t.rehearsing.Begin(v.Tenant.ID)
	if !ok {
		return errRehearsing
	}
	defer end()
	told, err := t.Rehearse(v.Context(), groups, applications)
	o.Rehearsed = &told
	return err
}
