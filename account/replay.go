package account

import (
	"maps"
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
)

// Event is a login of the past.
type Event struct {
	At          time.Time
	Account     string
	Interval    *int          // chosen for the account; nil: its group's default
	Group       string        // id
	Application string        // id
	Lineage     string        // of the token that the browser brought, or got; empty: unknown, so it is never trusted
	Signs       []string      // by which it is told where it could bring no token, the surer first
	Granted     time.Duration // how long a token holds that it got; 0: none
	Changed     bool          // family or country were not those that the browser confirmed with
	Remember    bool          // the person wanted to be remembered
	HasMethod   bool          // the account had a method
	Method      approval.Method
	Approved    bool
}

// Policies are all that was, or would be, in force.
type Policies struct {
	Zone         *time.Location
	Groups       map[string]Group       // by id
	Applications map[string]Application // by id
}

// Change is how often the logins of a group were asked, and would have been.
type Change struct {
	Logins int `json:"logins"`
	Asked  int `json:"asked"`     // under the policies before
	Would  int `json:"would_ask"` // under those after
	More   int `json:"more"`      // asked only after
	Less   int `json:"less"`      // asked only before
	// Estimated are the logins whose browser brought no token and was told by its signs.
	Estimated int `json:"estimated"`
}

// Rehearsal judges past logins under two sets of policies, browser by browser. Both sides are judged, so that what they
// differ in is the policy and not the luck of the past: a login that was approved without asking is taken as one that
// would have been confirmed.
type Rehearsal struct {
	seen          *sightings
	before, after *history
	changes       map[string]Change
}

// NewRehearsal returns one that has seen nothing yet.
func NewRehearsal(before, after Policies) *Rehearsal {
	return &Rehearsal{seen: newSightings(), before: newHistory(before), after: newHistory(after), changes: make(map[string]Change)}
}

// Add judges one more login. Logins come in the order of time, because each that is confirmed moves the next that is asked.
func (r *Rehearsal) Add(e Event) {
	browser, estimated := r.seen.browser(e)
	e.Lineage = browser
	change := r.changes[e.Group].count(r.before.asks(e), r.after.asks(e))
	if estimated {
		change.Estimated++
	}
	r.changes[e.Group] = change
}

// Changes returns what was counted, by group.
func (r *Rehearsal) Changes() map[string]Change { return maps.Clone(r.changes) }

// Replay rehearses events, which come in any order.
func Replay(events []Event, before, after Policies) map[string]Change {
	r := NewRehearsal(before, after)
	for _, e := range slices.SortedStableFunc(slices.Values(events), func(a, b Event) int { return a.At.Compare(b.At) }) {
		r.Add(e)
	}
	return r.changes
}

func (c Change) count(asked, would bool) Change {
	c.Logins++
	switch {
	case asked && would:
		c.Asked++
		c.Would++
	case asked:
		c.Asked++
		c.Less++
	case would:
		c.Would++
		c.More++
	}
	return c
}

// history is the past as it would have been under one set of policies.
type history struct {
	Policies
	trusted   map[lineage]*Trust
	activated map[string]bool // accounts that got their first method on the way
}

type lineage struct{ account, browser, set string }

func newHistory(p Policies) *history {
	return &history{Policies: p, trusted: make(map[lineage]*Trust), activated: make(map[string]bool)}
}

// asks judges one login and remembers what it would have led to.
func (h *history) asks(e Event) bool {
	application := h.Applications[e.Application]
	browser := lineage{e.Account, e.Lineage, application.Set()}
	s := Situation{
		Zone: h.Zone, Application: application, Group: h.Groups[e.Group], Account: e.account(), Kind: approval.Login,
		Now: e.At, Remember: e.Remember, Trust: h.trusted[browser],
	}
	if e.Changed {
		s.Browser.Family = "another"
	}
	if e.HasMethod || h.activated[e.Account] {
		s.Devices, s.Active = 1, Methods
	}
	v := Evaluate(s)
	if v.Asked() && e.Approved {
		h.confirm(browser, e, application, v)
	}
	return v.Asked()
}

// account can do whatever a policy may ask of it: which method somebody would have used is not what is counted.
func (e Event) account() Account {
	return Account{ID: e.Account, Interval: e.Interval, Phone: "on record", Email: "on record", SMSOn: true}
}

// confirm trusts the browser as the verdict grants. One that had changed and confirmed is what it is from then on.
func (h *history) confirm(browser lineage, e Event, application Application, v Verdict) {
	choice := slices.Concat(v.Methods, v.Activate.Methods)
	if len(choice) == 0 {
		return
	}
	h.activated[e.Account] = true
	method := choice[0]
	if slices.Contains(choice, e.Method) {
		method = e.Method
	}
	holds := v.Grant.By(method)
	if browser.browser == "" || holds == 0 {
		return
	}
	h.trusted[browser] = &Trust{
		Account: e.Account, Set: browser.set, Method: method, ACR: application.Policy.Strength(method).ACR,
		Remember: v.Grant.Remember, ConfirmedAt: e.At, ExpiresAt: e.At.Add(holds),
	}
}
