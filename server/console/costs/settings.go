package costs

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	stored "github.com/jawort/jawort/store/ledger"
)

// maxForm is room for as many prices and budgets as there may be.
const maxForm = 1 << 20

func (c Costs) mountSettings(r *console.Rooms) {
	const at = "/console/tenants/{tenant}/costs/settings"
	tries := console.Access{Roles: console.Administrators, Reach: console.OfTenant, Upload: maxForm}
	saves := console.Access{Roles: console.Administrators, Reach: console.OfTenant, Upload: maxForm, Fresh: true}
	r.Page("GET "+at, reads, c.settings)
	r.Page("POST "+at+"/changes", tries, bounded(c.change))
	r.Page("POST "+at, saves, bounded(c.save))
}

// state is what the form is about.
type state struct {
	ledger.Settings
	seen     string
	called   map[string]string // applications and groups, by id
	subjects []subject         // that a budget can be of
}

// subject is an application or a group.
type subject struct {
	Of, Name string
	Group    bool
	Old      bool // it was revoked: a budget that it has may stay, and nobody makes a new one
}

func (c Costs) state(v *console.Visit) (s state, err error) {
	if s.Settings, s.seen, err = c.Ledger.SettingsSeen(v.Context(), v.Tenant.ID); err != nil {
		return s, err
	}
	applications, groups, err := c.subjects(v)
	if err != nil {
		return s, err
	}
	s.called = names(v, applications, groups)
	for _, a := range applications {
		s.subjects = append(s.subjects, subject{Of: string(ledger.ScopeApplication) + ":" + a.ID, Name: a.Name, Old: !a.RevokedAt.IsZero()})
	}
	for _, g := range groups {
		if !g.Deleted {
			s.subjects = append(s.subjects, subject{Of: string(ledger.ScopeGroup) + ":" + g.ID, Name: g.Name, Group: true})
		}
	}
	return s, nil
}

func (s state) known() map[string]bool {
	all := map[string]bool{}
	for _, one := range s.subjects {
		all[one.Of] = true
	}
	return all
}

type settingsBody struct {
	Form     form
	Seen     string
	At       string // its address
	Off      bool   // it can only be read
	Subjects []subject
	Units    []string
	Cycles   []ledger.Cycle
}

// shown is an entry on a page.
type shown struct {
	entry
	Label string // key
	Mode  string // of the keyboard
	Page  *pages.Page
}

// Show puts an entry on the page.
func (settingsBody) Show(p *pages.Page, e entry, label, mode string) shown {
	return shown{e, label, mode, p}
}

// Next counts as people do.
func (settingsBody) Next(at int) int { return at + 1 }

func at(v *console.Visit) string { return v.Base() + "/costs/settings" }

// newRows are for what is to be added, and moreRows for whom they are too few.
const (
	newRows  = 3
	moreRows = 9
)

// errBeyond refuses what none of our pages sends.
var errBeyond = pages.Fault{Status: http.StatusUnprocessableEntity, Text: "costs.wrong.many"}

func bounded(read func(http.ResponseWriter, *console.Visit) error) func(http.ResponseWriter, *console.Visit) error {
	return func(w http.ResponseWriter, v *console.Visit) error {
		if values(v.PostForm).beyond() {
			return errBeyond
		}
		return read(w, v)
	}
}

func (c Costs) settings(w http.ResponseWriter, v *console.Visit) error {
	s, err := c.state(v)
	if err != nil {
		return err
	}
	room := newRows
	if !v.MayChange() {
		room = 0
	}
	return c.show(w, v, s, formOf(valuesOf(&v.Page, s.Settings), room))
}

// show shows the form. What a budget is of stays as long as there is the budget, so that nobody takes one for another by mistake.
func (c Costs) show(w http.ResponseWriter, v *console.Visit, s state, f form) error {
	kept := map[[2]string]string{}
	for _, b := range s.Budgets {
		id := [2]string{subjectOf(b)}
		if b.Scope == ledger.ScopeCountry {
			id[1] = b.Subject
		}
		kept[id] = of(v, ledger.Pot{Scope: b.Scope, Subject: b.Subject}, s.called)
	}
	for i, row := range f.Budgets {
		f.Budgets[i].Kept = kept[[2]string{row.Of.Text, row.Country.Text}]
	}
	seen := s.seen
	if v.Method == http.MethodPost { // what was seen when the entries were made
		seen = v.PostFormValue("seen")
	}
	return v.Write(w, "costs-settings", settingsBody{f, seen, at(v), !v.MayChange(), s.subjects, units, []ledger.Cycle{ledger.Monthly, ledger.Quarterly}})
}

// changesBody is what would change, with the entries that say so.
type changesBody struct {
	Changes []change
	Silent  bool // there would be no price
	Fields  []field
	At      string
}

type field struct{ Name, Value string }

// sent returns what the form says, beside what there is; false: it was shown again with its mistakes.
func (c Costs) sent(w http.ResponseWriter, v *console.Visit) (s state, to ledger.Settings, ok bool, err error) {
	if s, err = c.state(v); err != nil {
		return s, to, false, err
	}
	f := formOf(values(v.PostForm), newRows)
	if to, ok = f.settings(&v.Page, s.known()); ok {
		if to.TimeZone == "" {
			to.TimeZone = v.Tenant.Policy.TimeZone
		}
		return s, to, true, nil
	}
	v.Page.Status, v.Page.Wrong = http.StatusUnprocessableEntity, v.Text("costs.wrong")
	return s, to, false, c.show(w, v, s, f)
}

// change shows what saving would change, or the entries again with more room.
func (c Costs) change(w http.ResponseWriter, v *console.Visit) error {
	if v.PostFormValue("edit") != "" {
		s, err := c.state(v)
		if err != nil {
			return err
		}
		return c.show(w, v, s, formOf(values(v.PostForm), moreRows))
	}
	s, to, ok, err := c.sent(w, v)
	if err != nil || !ok {
		return err
	}
	return c.compare(w, v, s, to)
}

// compare shows what would change now. Where that is not what was seen when the entries were made, somebody else was faster, and it says so.
func (c Costs) compare(w http.ResponseWriter, v *console.Visit, s state, to ledger.Settings) error {
	if v.PostFormValue("seen") != s.seen {
		v.Page.Status, v.Page.Wrong = http.StatusConflict, v.Text("costs.meanwhile")
	}
	b := changesBody{changes(facts(v, s.Settings, s.called), facts(v, to, s.called)), len(to.Prices) == 0, []field{{"seen", s.seen}}, at(v)}
	for _, name := range slices.Sorted(maps.Keys(v.PostForm)) {
		if name == "seen" || name == "edit" || name == "passkey" {
			continue
		}
		for _, value := range v.PostForm[name] {
			b.Fields = append(b.Fields, field{name, value})
		}
	}
	return v.Write(w, "costs-changes", b)
}

// save carries it out. Whoever was overtaken by somebody else sees what their entries would change now.
func (c Costs) save(w http.ResponseWriter, v *console.Visit) error {
	_, to, ok, err := c.sent(w, v)
	if err != nil || !ok {
		return err
	}
	err = c.Ledger.ReplaceSettings(v.Context(), v.Tenant.ID, v.PostFormValue("seen"), to, v.Actor())
	if !errors.Is(err, stored.ErrMeanwhile) {
		if err != nil {
			return err
		}
		return v.Onward(w, v.Base()+"/costs?done=costs-saved")
	}
	s, err := c.state(v)
	if err != nil {
		return err
	}
	return c.compare(w, v, s, to)
}
