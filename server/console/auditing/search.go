package auditing

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/audit"
)

// atOnce are on one page.
const atOnce = 50

// recently is within when an actor is looked for who is no operator, unless somebody says since when: only operators have an index.
const recently = 31 * 24 * time.Hour

// wanted is what somebody looks for, as they typed it.
type wanted struct {
	From, To, Kind, Account, Actor string
}

func wantedBy(v *console.Visit) wanted {
	q := v.URL.Query()
	get := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	return wanted{get("from"), get("to"), get("kind"), get("account"), get("actor")}
}

// with returns the query with one of its members changed.
func (q wanted) with(name, value string) string {
	values := url.Values{}
	for _, one := range [][2]string{{"from", q.From}, {"to", q.To}, {"kind", q.Kind}, {"account", q.Account}, {"actor", q.Actor}, {name, value}} {
		if values.Del(one[0]); one[1] != "" {
			values.Set(one[0], one[1])
		}
	}
	return "?" + values.Encode()
}

// entry is one that is shown, with what leads on from it.
type entry struct {
	audit.Record
	Called  string // its kind in words
	Details []detail
	ByKind  string
	ByActor string
	Person  string // the page of its account; empty: it has none
}

type searchBody struct {
	wanted
	pages.Pager
	Base    string
	Kinds   []kind
	Entries []entry
	Recent  bool // nothing older was looked at
}

func (a Auditing) search(w http.ResponseWriter, v *console.Visit) error {
	b := searchBody{wanted: wantedBy(v), Base: base(v)}
	b.Kinds = kinds(v, b.Kind)
	f, err := a.filter(v, b.wanted)
	if err != nil {
		return v.Wrong(w, err, "audit", b)
	}
	if b.Actor != "" && !strings.HasPrefix(b.Actor, "operator:") && f.Since.IsZero() {
		f.Since, b.Recent = a.Now().Add(-recently), true
	}
	f.Limit = atOnce + 1
	records, err := a.Log.Records.Records(v.Context(), v.Tenant.ID, f)
	if err != nil {
		return err
	}
	records, b.Pager = pages.Paged(v.URL, records, atOnce, func(r audit.Record) string { return strconv.FormatInt(r.Entry.Sequence, 10) })
	for _, r := range records {
		b.Entries = append(b.Entries, shown(v, b, r))
	}
	return v.Write(w, "audit", b)
}

func shown(v *console.Visit, b searchBody, r audit.Record) entry {
	e := entry{Record: r, Called: v.Event(r.Entry.Kind), ByKind: b.Base + b.with("kind", r.Entry.Kind), ByActor: b.Base + b.with("actor", r.Entry.Actor), Details: details(v, r)}
	if r.Entry.Account != "" && v.Tenant.ID != "" {
		e.Person = v.Base() + "/people/" + url.PathEscape(r.Entry.Account)
	}
	return e
}

// filter reads what was typed, in the tenant's time zone.
func (a Auditing) filter(v *console.Visit, q wanted) (f audit.Filter, err error) {
	for name, text := range map[string]string{"kind": q.Kind, "account": q.Account, "actor": q.Actor} {
		if err := approval.CheckText(name, text); err != nil {
			return f, err
		}
	}
	f.Kind, f.Actor = q.Kind, q.Actor
	if f.Since, err = day(v, "from", q.From); err != nil {
		return f, err
	}
	if f.Until, err = day(v, "to", q.To); err != nil {
		return f, err
	}
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1) // that day too
	}
	if after := v.URL.Query().Get("after"); after != "" {
		if f.After, err = strconv.ParseInt(after, 10, 64); err != nil || f.After < 1 {
			return f, refusal.Field("after", "must be the number of an entry")
		}
	}
	f.Account, err = a.account(v, q.Account)
	return f, err
}

func day(v *console.Visit, name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	zone := v.Page.Zone
	if zone == nil {
		zone = time.UTC
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, refusal.Field(name, "must be a day such as 2026-11-25")
	}
	return t, nil
}

// account takes a login number, or the id of an account: one that was deleted is found by its id alone.
func (a Auditing) account(v *console.Visit, text string) (string, error) {
	if text == "" || id.Valid(id.Account, text) {
		return text, nil
	}
	found, err := a.Log.Accounts.Account(v.Context(), v.Tenant.ID, text)
	if errors.Is(err, account.ErrUnknownAccount) {
		return "", refusal.Field("account", "no account has this login number")
	}
	return found.ID, err
}
