package managers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/store/lasting"
)

// manyBody is whom an interval is for, what can be chosen, and what that would change.
type manyBody struct {
	Ticked  []string // ids of those who were ticked; nil: all, or all of a group
	Group   string   // by name; empty: all
	Groups  []account.Group
	Choices []int // days that each of their groups allows
	Count   int   // accounts that are meant
	Days    string
	Chosen  *int // what Days says; nil: the group's default
	Change  lasting.ManagedChange
}

// Held are the days that were chosen; 0: always asked, or none were chosen.
func (b manyBody) Held() int {
	if b.Chosen == nil {
		return 0
	}
	return *b.Chosen
}

// meant are those who are meant.
func (b manyBody) meant(v *portal.Visit) lasting.Managed {
	return lasting.Managed{Manager: manager(v), Group: b.Group, IDs: b.Ticked}
}

// Tight are the groups that allow less than the one that allows most, with the reason why not more can be chosen for all of them.
func (b manyBody) Tight() []account.Group {
	most := 0
	for _, g := range b.Groups {
		most = max(most, g.Policy.Interval.Max)
	}
	return slices.DeleteFunc(slices.Clone(b.Groups), func(g account.Group) bool { return g.Policy.Interval.Max == most })
}

// maxTicked bounds what one form sends: a page of the list.
const maxTicked = perPage

// errNobody is for who ticked nobody.
var errNobody = pages.Fault{Status: http.StatusUnprocessableEntity, Text: "many.nobody"}

// whom reads who is meant: those who are ticked, those of a group, or all.
func (m Managers) whom(v *portal.Visit) (b manyBody, err error) {
	if err := v.ParseForm(); err != nil {
		return b, errNobody
	}
	b.Group = v.Form.Get("group")
	switch who := v.Form.Get("who"); {
	case who == "ticked":
		b.Group, b.Ticked = "", slices.Compact(slices.Sorted(slices.Values(v.PostForm["account"])))
		if len(b.Ticked) == 0 || len(b.Ticked) > maxTicked {
			return b, errNobody
		}
	case who != "all" && who != "":
		return b, errNobody
	}
	if b.Groups, err = m.Store.ManagedGroups(v.Context(), v.Tenant(), b.meant(v)); err != nil {
		return b, err
	}
	b.Choices = choices(b.Groups)
	return b, nil
}

// counted is whom, and how many they are.
func (m Managers) counted(v *portal.Visit) (manyBody, error) {
	b, err := m.whom(v)
	if err != nil {
		return b, err
	}
	err = m.count(v, &b)
	return b, err
}

// count says how many are meant.
func (m Managers) count(v *portal.Visit, b *manyBody) error {
	unchanged, err := m.Store.PreviewManaged(v.Context(), v.Tenant(), b.meant(v), nil)
	b.Count = unchanged.Accounts
	return err
}

// choices are the days that all of the groups allow.
func choices(groups []account.Group) (days []int) {
	least, most := 0, account.MaxIntervalDays
	for _, g := range groups {
		least, most = max(least, g.Policy.Interval.Min), min(most, g.Policy.Interval.Max)
	}
	for n := least; n <= most; n++ {
		days = append(days, n)
	}
	return days
}

// many lets the days be chosen.
func (m Managers) many(w http.ResponseWriter, v *portal.Visit) error {
	b, err := m.counted(v)
	if err != nil {
		return err
	}
	return m.desk.Write(w, v, "many", b)
}

// previewMany says what will happen.
func (m Managers) previewMany(w http.ResponseWriter, v *portal.Visit) error {
	b, err := m.whom(v)
	if err != nil {
		return err
	}
	b.Days = v.PostFormValue("days")
	if b.Chosen, err = portal.Days(b.Days); err == nil {
		b.Change, err = m.Store.PreviewManaged(v.Context(), v.Tenant(), b.meant(v), b.Chosen)
		b.Count = b.Change.Accounts
	}
	if err != nil {
		if fault := m.count(v, &b); fault != nil {
			return fault
		}
		return m.desk.Wrong(w, v, err, "many", b)
	}
	return m.desk.Write(w, v, "many-preview", b)
}

// setMany does it; where somebody is asked less often then, only once it is confirmed.
func (m Managers) setMany(w http.ResponseWriter, v *portal.Visit) error {
	b, err := m.counted(v)
	if err != nil {
		return err
	}
	p := plan{Days: v.PostFormValue("days"), Group: b.Group, Ticked: b.Ticked}
	err = m.carryOut(v, p, false)
	if errors.Is(err, account.ErrUnconfirmed) {
		return m.planMany(w, v, b, p)
	}
	if err != nil {
		return m.desk.Wrong(w, v, err, "many", b)
	}
	return m.begun(w, v, p)
}

// plan is what a step says of an interval for many.
type plan struct {
	Days   string   `json:"days"`
	Group  string   `json:"group,omitempty"`
	Ticked []string `json:"ticked,omitempty"`
}

func (m Managers) planMany(w http.ResponseWriter, v *portal.Visit, b manyBody, p plan) error {
	days, err := portal.Days(p.Days)
	if err != nil {
		return err
	}
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("managers: plan: %w", err)
	}
	whom := []string{m.desk.Text(v, "many.about", b.Count), m.daysText(v, days)}
	return m.desk.Plan(w, v, account.PortalStep{Kind: stepMany, Subject: string(text), About: strings.Join(whom, ", ")})
}

// carryOut sets the days for those who are ticked, or begins to for all.
func (m Managers) carryOut(v *portal.Visit, p plan, confirmed bool) error {
	days, err := portal.Days(p.Days)
	if err != nil {
		return err
	}
	if p.Ticked == nil {
		return m.Store.BeginWork(v.Context(), v.Session, p.Group, days, confirmed)
	}
	_, err = m.Store.SetIntervals(v.Context(), v.Tenant(), manager(v), p.Ticked, days, confirmed, by(v))
	return err
}

// begun leads on: what was ticked is done, and of all the first part is.
func (m Managers) begun(w http.ResponseWriter, v *portal.Visit, p plan) error {
	if p.Ticked == nil {
		return m.goOn(w, v)
	}
	return m.desk.Onward(w, v, "/portal/customers?done=many")
}

func (m Managers) manyConfirmed(w http.ResponseWriter, v *portal.Visit, s account.PortalStep) error {
	var p plan
	if err := json.Unmarshal([]byte(s.Subject), &p); err != nil {
		return fmt.Errorf("managers: plan: %w", err)
	}
	if err := m.carryOut(v, p, true); err != nil {
		return err
	}
	return m.begun(w, v, p)
}
