package policy

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// How far back a dry run looks. Each login takes some 15 microseconds, and somebody waits for the answer: of a large tenant it judges the newest ones.
const (
	pastDays   = 30
	mostLogins = 100_000
)

// dryRunBody is the body of POST /v1/policy/dry-run: whole policies that would take the place of those in force, by name.
type dryRunBody struct {
	Groups       map[string]account.GroupPolicy       `json:"groups"`
	Applications map[string]account.ApplicationPolicy `json:"applications"`
}

// Validate refuses a policy that could not be set.
func (b dryRunBody) Validate() error {
	if len(b.Groups)+len(b.Applications) == 0 {
		return refusal.Field("groups", "give groups or applications, by name, with the policy that they would have")
	}
	return errors.Join(validateEach("groups", b.Groups), validateEach("applications", b.Applications))
}

func validateEach[P interface{ Validate() error }](field string, policies map[string]P) error {
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		var wrong *refusal.Error
		err := policies[name].Validate()
		if !errors.As(err, &wrong) {
			continue
		}
		at := field + "." + name
		if inner, ok := wrong.Extra["field"].(string); ok {
			at += "." + inner
		}
		return wrong.With("field", at)
	}
	return nil
}

// Rehearsed is what other rules would have meant.
type Rehearsed struct {
	Since     time.Time    `json:"since"`
	Logins    int          `json:"logins"`
	Estimated int          `json:"estimated"`
	Groups    []GroupCount `json:"groups"`
}

// GroupCount is that for one group.
type GroupCount struct {
	Group string `json:"group"` // empty: accounts without one
	account.Change
}

func (f Feature) dryRun(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[dryRunBody](r)
	if err != nil {
		return err
	}
	told, err := f.Rehearse(r.Context(), body.Groups, body.Applications)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, told)
}

// Rehearse judges the last logins of the caller's tenant under whole policies that would take the place of those in force, by name.
func (f Feature) Rehearse(ctx context.Context, groups map[string]account.GroupPolicy, applications map[string]account.ApplicationPolicy) (Rehearsed, error) {
	caller := guard.CallerOf(ctx).Application
	before, after, err := f.policies(ctx, caller, dryRunBody{groups, applications})
	if err != nil {
		return Rehearsed{}, err
	}
	since, err := f.Past.PastSince(ctx, caller.Tenant, f.Now().UTC().Add(-pastDays*account.Day), mostLogins)
	if err != nil {
		return Rehearsed{}, err
	}
	rehearsal := account.NewRehearsal(before, after)
	if err := f.rehearse(ctx, caller.Tenant, since, rehearsal); err != nil {
		return Rehearsed{}, err
	}
	return counted(since.UTC(), before.Groups, rehearsal.Changes()), nil
}

// policies returns the rules in force, and those with what the body changes. It names what there is not.
func (f Feature) policies(ctx context.Context, caller account.Application, body dryRunBody) (before, after account.Policies, err error) {
	groups, err := f.Directory.Groups(ctx, caller.Tenant)
	if err != nil {
		return before, after, err
	}
	applications, err := f.Directory.Applications(ctx, caller.Tenant)
	if err != nil {
		return before, after, err
	}
	zone, err := caller.TenantPolicy.Zone()
	if err != nil {
		return before, after, err
	}
	before = account.Policies{Zone: zone, Groups: make(map[string]account.Group), Applications: make(map[string]account.Application)}
	for _, g := range groups {
		before.Groups[g.ID] = g
	}
	for _, a := range applications {
		before.Applications[a.ID] = a
	}
	after, err = changed(before, body)
	return before, after, err
}

func changed(before account.Policies, body dryRunBody) (account.Policies, error) {
	after := account.Policies{Zone: before.Zone, Groups: maps.Clone(before.Groups), Applications: maps.Clone(before.Applications)}
	groups, applications := make(map[string]bool), make(map[string]bool)
	for id, g := range after.Groups {
		if p, given := body.Groups[g.Name]; given {
			g.Policy, groups[g.Name] = p, true
			after.Groups[id] = g
		}
	}
	for id, a := range after.Applications {
		if p, given := body.Applications[a.Name]; given {
			a.Policy, applications[a.Name] = p, true
			after.Applications[id] = a
		}
	}
	return after, errors.Join(unknown("groups", body.Groups, groups), unknown("applications", body.Applications, applications))
}

// unknown refuses a name that the tenant does not have.
func unknown[P any](field string, asked map[string]P, found map[string]bool) error {
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if !found[name] {
			return refusal.Field(field+"."+name, "there is none of this name")
		}
	}
	return nil
}

// rehearse goes through the past page by page, so that it holds no more of it than one page and a few entries per browser.
func (f Feature) rehearse(ctx context.Context, tenant string, since time.Time, r *account.Rehearsal) error {
	page := lasting.PastPage{Since: since}
	for {
		logins, err := f.Past.PastLogins(ctx, tenant, page)
		if err != nil || len(logins) == 0 {
			return err
		}
		for _, login := range logins {
			event, err := login.AsEvent()
			if err != nil {
				return err
			}
			r.Add(event)
		}
		last := logins[len(logins)-1]
		page.After, page.Approval = last.At, last.Approval
	}
}

func counted(since time.Time, groups map[string]account.Group, changes map[string]account.Change) Rehearsed {
	answer := Rehearsed{Since: since, Groups: make([]GroupCount, 0, len(changes))}
	for id, change := range changes {
		answer.Logins += change.Logins
		answer.Estimated += change.Estimated
		answer.Groups = append(answer.Groups, GroupCount{Group: groups[id].Name, Change: change})
	}
	slices.SortFunc(answer.Groups, func(a, b GroupCount) int { return cmp.Compare(a.Group, b.Group) })
	return answer
}
