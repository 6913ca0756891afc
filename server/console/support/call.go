package support

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

// Calls ask the phones of an account whether their person is on the phone with support. The answer lets nobody in and has no browser trusted.
type Calls interface {
	// Ask puts the question, unless before fails; woken is false where limits keep the phones asleep, so that somebody has to open the app.
	Ask(ctx context.Context, application account.Application, externalID string, about []approval.Detail, session string, before Trace) (asked approval.Pending, woken bool, err error)
	// Call returns a question that was put in the session; approval.ErrUnknown: there is none.
	Call(ctx context.Context, id, session string) (Call, error)
	// Await returns when the question stands elsewhere than known, or after most.
	Await(ctx context.Context, id, session, known string, most time.Duration) (Call, error)
	// HangUp takes the question back, where nobody has answered it.
	HangUp(ctx context.Context, id, session string) error
}

// Trace keeps that a question is about to be put.
type Trace = func(context.Context, approval.Pending) error

// Call is a question to the phones of somebody who says that they are calling.
type Call struct {
	Tenant, Account string
	Status          approval.Status
	Number          string // to be read out; empty once it has ended
	Received        bool   // a phone shows it
	ExpiresAt       time.Time
	Holder, Label   string // who answered, and by which phone
	DecidedAt       time.Time
}

// Known names where the question stands.
func (c Call) Known() string {
	if c.Received {
		return string(c.Status) + "-received"
	}
	return string(c.Status)
}

var texts = pages.ReadTexts(own)

type callBody struct {
	found
	Base, Action string
	Operator     string
	Devices      int
	Call         Call
	Left         int    // seconds
	Asleep       bool   // no phone was woken
	Watch        string // where to ask whether it has moved
}

func (s Support) callBody(v *console.Visit, e lasting.Entry) callBody {
	return callBody{found: shown(e.Account, e.GroupName), Base: at(v, e.ID), Operator: v.Operator.Name, Devices: e.Devices}
}

// calling says what the phones will show.
func (s Support) calling(w http.ResponseWriter, v *console.Visit) error {
	e, err := s.entry(v)
	if err != nil {
		return err
	}
	return v.Write(w, "calling", s.callBody(v, e))
}

// call asks, at the application that the account used last.
func (s Support) call(w http.ResponseWriter, v *console.Visit) error {
	e, err := s.entry(v)
	if err != nil {
		return err
	}
	application, err := s.application(v, e)
	if err != nil {
		return err
	}
	trace := func(ctx context.Context, p approval.Pending) error { return s.Store.AskedBySupport(ctx, p, v.Actor()) } // nobody is asked without one
	asked, woken, err := s.Calls.Ask(v.Context(), application, e.ExternalID, about(v, e), v.Session.ID, trace)
	if err != nil {
		return v.Wrong(w, err, "calling", s.callBody(v, e))
	}
	path := at(v, e.ID) + "/call/" + url.PathEscape(asked.ID)
	if !woken {
		path += "?asleep=1"
	}
	return v.Onward(w, path)
}

// application is the one that the account used last, or else the tenant's oldest: a question is always one of an application.
func (s Support) application(v *console.Visit, e lasting.Entry) (account.Application, error) {
	all, err := s.Store.Applications(v.Context(), v.Tenant.ID)
	if err != nil {
		return account.Application{}, err
	}
	chosen := account.Application{}
	for _, a := range all {
		if !a.RevokedAt.IsZero() {
			continue
		}
		if chosen.ID == "" || (len(e.Uses) > 0 && a.ID == e.Uses[0].Application) {
			chosen = a
		}
	}
	if chosen.ID == "" {
		return chosen, edge.ErrNoRoute
	}
	return chosen, nil
}

// about is what the phones show, in the language of the account.
func about(v *console.Visit, e lasting.Entry) []approval.Detail {
	lang := e.Language
	if lang == "" {
		lang = v.Tenant.Policy.WithDefaults().Language
	}
	text := func(key string) string { s, _ := texts.In(lang, key); return s }
	return []approval.Detail{
		{Label: text("call.what"), Value: text("call.what.value")},
		{Label: text("call.support"), Value: v.Tenant.Name},
		{Label: text("call.who"), Value: v.Operator.Name},
		{Label: text("call.only"), Value: text("call.only.value")},
	}
}

// ofVisit returns the question in the path, where this operator put it to this account.
func (s Support) ofVisit(v *console.Visit, c Call, err error) (Call, error) {
	if err == nil && (c.Tenant != v.Tenant.ID || c.Account != v.PathValue("account")) {
		err = approval.ErrUnknown
	}
	return c, err
}

// called waits with support for the answer.
func (s Support) called(w http.ResponseWriter, v *console.Visit) error {
	e, err := s.entry(v)
	if err != nil {
		return err
	}
	c, err := s.Calls.Call(v.Context(), v.PathValue("approval"), v.Session.ID)
	if c, err = s.ofVisit(v, c, err); err != nil {
		return err
	}
	b := s.callBody(v, e)
	b.Call, b.Action, b.Asleep = c, v.URL.Path, v.URL.Query().Get("asleep") != ""
	if c.Status == approval.StatusPending {
		b.Left = int(c.ExpiresAt.Sub(s.Now()) / time.Second)
		b.Watch = b.Action + "/moved?known=" + c.Known()
	}
	return v.Write(w, "called", b)
}

// watching is how long a page waits in one request.
const watching = 25 * time.Second

// moved tells the script of the page whether to load it again.
func (s Support) moved(w http.ResponseWriter, v *console.Visit) error {
	id, known := v.PathValue("approval"), v.URL.Query().Get("known")
	before, err := s.Calls.Call(v.Context(), id, v.Session.ID)
	if _, err := s.ofVisit(v, before, err); err != nil {
		return err
	}
	now, err := s.Calls.Await(v.Context(), id, v.Session.ID, known, watching)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, map[string]bool{"moved": now.Known() != known})
}

func (s Support) hangUp(w http.ResponseWriter, v *console.Visit) error {
	id := v.PathValue("approval")
	c, err := s.Calls.Call(v.Context(), id, v.Session.ID)
	if _, err := s.ofVisit(v, c, err); err != nil {
		return err
	}
	if err := s.Calls.HangUp(v.Context(), id, v.Session.ID); err != nil {
		return err
	}
	return v.Onward(w, at(v, v.PathValue("account"))+"?done=hung-up")
}
