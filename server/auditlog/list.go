package auditlog

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/audit"
)

type view struct {
	Sequence    int64             `json:"sequence"`
	ID          string            `json:"id"`
	Application string            `json:"application,omitempty"`
	AccountID   string            `json:"account_id,omitempty"`
	Kind        string            `json:"kind"`
	Subject     string            `json:"subject,omitempty"`
	Actor       string            `json:"actor,omitempty"`
	Data        json.RawMessage   `json:"data"`
	Time        time.Time         `json:"time"`
	Personal    map[string]string `json:"personal,omitempty"`
	Erased      []string          `json:"erased,omitempty"`
	Hash        string            `json:"hash"`
}

func shown(r audit.Record) view {
	e := r.Entry
	v := view{
		Sequence: e.Sequence, ID: e.ID, Application: e.Application, AccountID: e.Account, Kind: e.Kind, Subject: e.Subject, Actor: e.Actor,
		Data: e.Data, Time: e.Time, Erased: r.Personal.Erased(e), Hash: e.Hash.String(),
	}
	slices.Sort(v.Erased)
	if len(r.Personal) > 0 {
		v.Personal = make(map[string]string, len(r.Personal))
	}
	for name, opening := range r.Personal {
		v.Personal[name] = opening.Value
	}
	return v
}

type page struct {
	Entries []view `json:"entries"`
	Next    string `json:"next,omitempty"`
}

// list answers one page, and where the next one begins. It reads one more than it shows, to know whether there is one.
func (l Log) list(w http.ResponseWriter, r *http.Request) error {
	f, err := l.filter(r)
	if err != nil {
		return err
	}
	limit := f.Limit
	f.Limit++
	records, err := l.Records.Records(r.Context(), guard.TenantOf(r.Context()), f)
	if err != nil {
		return err
	}
	p := page{Entries: make([]view, 0, len(records))}
	if len(records) > limit {
		records = records[:limit]
		p.Next = strconv.FormatInt(records[limit-1].Entry.Sequence, 10)
	}
	for _, one := range records {
		p.Entries = append(p.Entries, shown(one))
	}
	return edge.JSON(w, http.StatusOK, p)
}

const (
	defaultPage = 100
	maxPage     = 1000
)

func (l Log) filter(r *http.Request) (audit.Filter, error) {
	query := r.URL.Query()
	f := audit.Filter{Kind: query.Get("kind"), Subject: query.Get("subject"), Limit: defaultPage}
	for name, text := range map[string]string{"kind": f.Kind, "subject": f.Subject, "account": query.Get("account")} {
		if err := approval.CheckText(name, text); err != nil {
			return f, err
		}
	}
	var err error
	if f.Since, err = moment("since", query.Get("since")); err != nil {
		return f, err
	}
	if f.Until, err = moment("until", query.Get("until")); err != nil {
		return f, err
	}
	switch query.Get("order") {
	case "", "newest":
	case "oldest":
		f.OldestFirst = true
	default:
		return f, refusal.Field("order", "must be newest or oldest")
	}
	if text := query.Get("limit"); text != "" {
		if f.Limit, err = strconv.Atoi(text); err != nil || f.Limit < 1 || f.Limit > maxPage {
			return f, refusal.Field("limit", "must be 1 to 1000")
		}
	}
	if text := query.Get("after"); text != "" {
		if f.After, err = strconv.ParseInt(text, 10, 64); err != nil || f.After < 1 {
			return f, refusal.Field("after", "must be the `next` of the page before")
		}
	}
	f.Account, err = l.account(r, query.Get("account"))
	return f, err
}

func moment(name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, refusal.Field(name, "must be a time such as 2026-11-25T08:00:00Z")
	}
	return t, nil
}

// account takes a login number, or the id of an account: what happened to one that was deleted is found by its id alone.
func (l Log) account(r *http.Request, text string) (string, error) {
	if text == "" || id.Valid(id.Account, text) {
		return text, nil
	}
	found, err := l.Accounts.Account(r.Context(), guard.TenantOf(r.Context()), text)
	if errors.Is(err, account.ErrUnknownAccount) {
		return "", refusal.Field("account", "no account has this login number; one that was deleted is found by its id (acc_…)")
	}
	return found.ID, err
}
