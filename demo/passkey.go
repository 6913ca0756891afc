package demo

import (
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	"time"

	"github.com/jawort/jawort/client"
)

// freshness is for how long a confirmed login may add a passkey. Later, somebody else may sit at the computer.
const freshness = 10 * time.Minute

type passkeyPage struct {
	language
	Title, Problem template.HTML
	Options        string // for the browser, as JSON
	Done           bool
}

// fresh lets in who confirmed their login a short time ago.
func (s *site) fresh(next forLogin) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, ok := s.sessions.find(r).confirmed()
		if !ok || !isFresh(a, time.Now()) {
			s.refuseLogin(w, r, http.StatusUnauthorized, "passkey.stale")
			return
		}
		next(w, r, a.Account)
	}
}

// isFresh reports whether somebody confirmed, and a short time ago.
func isFresh(a client.Approval, now time.Time) bool {
	asked := a.Method != "trusted_browser" && a.Method != "not_enforced"
	return asked && now.Sub(a.DecidedAt) < freshness
}

// showPasskey offers to make a passkey on this device.
func (s *site) showPasskey(w http.ResponseWriter, r *http.Request, account string) {
	s.offerPasskey(w, r, account, http.StatusOK, "")
}

func (s *site) offerPasskey(w http.ResponseWriter, r *http.Request, account string, status int, problem template.HTML) {
	in := languageOf(r)
	p := passkeyPage{language: in, Title: in.Say("passkey.title"), Problem: problem}
	started, err := s.client.StartPasskey(r.Context(), account)
	if err != nil {
		status, p.Problem = s.noPasskey(r, err)
	}
	p.Options = string(started.Options)
	s.render(w, status, "passkey", p)
}

// keepPasskey keeps what the browser made. Options are good for one try, so that the next one gets new ones.
func (s *site) keepPasskey(w http.ResponseWriter, r *http.Request, account string) {
	in, made := languageOf(r), json.RawMessage(r.FormValue("credential"))
	if !json.Valid(made) {
		s.offerPasskey(w, r, account, http.StatusUnprocessableEntity, in.Say("passkey.unfit"))
		return
	}
	if err := s.client.FinishPasskey(r.Context(), account, made, r.UserAgent()); err != nil {
		status, problem := s.noPasskey(r, err)
		s.offerPasskey(w, r, account, status, problem)
		return
	}
	s.render(w, http.StatusOK, "passkey", passkeyPage{language: in, Title: in.Say("passkey.title.done"), Done: true})
}

// noPasskey says why there is none.
func (s *site) noPasskey(r *http.Request, err error) (int, template.HTML) {
	in := languageOf(r)
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Code == "" || refused.Status >= http.StatusInternalServerError {
		s.log.ErrorContext(r.Context(), "demo: passkey", "error", err)
		return http.StatusServiceUnavailable, in.Say("passkey.unavailable")
	}
	switch refused.Code {
	case "no-activation":
		return http.StatusConflict, in.Say("passkey.late")
	case "invalid-request":
		return http.StatusUnprocessableEntity, in.Say("passkey.unfit")
	case "too-many-passkeys":
		return http.StatusConflict, in.Say("passkey.too-many")
	}
	return http.StatusConflict, in.Say("passkey.refused", refused.Code)
}
