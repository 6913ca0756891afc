package managers

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

// filter is what the list is picked by, as its form has it. What is empty picks all.
type filter struct {
	Query       string // a part of login number or label
	Group       string
	Number      string // with, without
	Enrolled    string // nothing, something
	Way         string // a method by which it confirms
	Application string // that it uses, or has not used for the days of Idle
	Idle        string // days; never
	SMS         string // on, off
	After       string
}

// facets of the list, by the methods that the form names.
var facetOf = map[approval.Method]lasting.Facet{
	approval.MethodPush: "device", approval.MethodPasskey: "passkey", approval.MethodTOTP: "totp", approval.MethodSMS: "sms",
	approval.MethodEmail: "email_code", approval.MethodRecovery: "recovery",
}

// idleDays are those that the form offers.
var idleDays = []string{"30", "90", "180", "365"}

// read reads the form. What it does not offer is refused: a misspelt filter would pick everybody.
func read(list *url.URL) (filter, error) {
	query := list.Query()
	after, err := pages.ReadCursor(list, 1)
	if err != nil {
		return filter{}, err
	}
	f := filter{
		Query: query.Get("q"), Group: query.Get("group"), Number: query.Get("number"), Enrolled: query.Get("enrolled"), Way: query.Get("way"),
		Application: query.Get("application"), Idle: query.Get("idle"), SMS: query.Get("sms"), After: after[0],
	}
	for name, text := range map[string]string{"q": f.Query, "group": f.Group, "application": f.Application} {
		if err := approval.CheckText(name, text); err != nil {
			return f, err
		}
	}
	for name, choice := range map[string]struct {
		chosen  string
		offered []string
	}{
		"number": {f.Number, []string{"with", "without"}}, "enrolled": {f.Enrolled, []string{"something", "nothing"}}, "sms": {f.SMS, []string{"on", "off"}},
		"idle": {f.Idle, append([]string{"never"}, idleDays...)}, "way": {f.Way, f.Ways()},
	} {
		if choice.chosen != "" && !slices.Contains(choice.offered, choice.chosen) {
			return f, refusal.Field(name, "is none of what the form offers")
		}
	}
	return f, nil
}

// Ways are the methods that the form offers.
func (filter) Ways() []string {
	names := make([]string, len(ways))
	for i, m := range ways {
		names[i] = string(m)
	}
	return names
}

// IdleDays are the days that the form offers.
func (filter) IdleDays() []string { return idleDays }

// Narrowed reports whether something besides the search picks.
func (f filter) Narrowed() bool {
	f.Query, f.After = "", ""
	return f != filter{}
}

// Picks reports whether not all are listed.
func (f filter) Picks() bool { return f.Query != "" || f.Narrowed() }

// GroupOnly reports whether all of one group are listed.
func (f filter) GroupOnly() bool {
	f.After = ""
	return f.Group != "" && f == filter{Group: f.Group}
}

// picks returns the accounts that are meant.
func (f filter) picks(now time.Time) lasting.AccountFilter {
	a := lasting.AccountFilter{Contains: f.Query, Group: f.Group, Application: f.Application, After: f.After}
	choose(&a, f.Number, "with", "without", "phone")
	choose(&a, f.Enrolled, "something", "nothing", "any")
	if f.Way != "" {
		a.Has = append(a.Has, facetOf[approval.Method(f.Way)])
	}
	if f.SMS != "" {
		on := f.SMS == "on"
		a.SMS = &on
	}
	switch days, _ := strconv.Atoi(f.Idle); {
	case f.Idle == "never":
		a.Idle = time.Unix(1, 0)
	case days > 0:
		a.Idle = now.AddDate(0, 0, -days)
	case f.Application != "":
		a.Used = &lasting.Used{Since: time.Unix(1, 0)}
	}
	return a
}

func choose(a *lasting.AccountFilter, chosen, has, lacks string, facet lasting.Facet) {
	switch chosen {
	case has:
		a.Has = append(a.Has, facet)
	case lacks:
		a.Lacks = append(a.Lacks, facet)
	}
}
