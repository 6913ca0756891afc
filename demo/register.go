package demo

import (
	"cmp"
	"errors"
	"html/template"
	"net/http"
	"strings"

	"github.com/jawort/jawort/client"
)

type phonePage struct {
	language
	Title, Problem  template.HTML
	Command, Device string
	Back            string
	QR              template.URL // a data: URI that Jawort made
	Enrolment       client.Enrolment
	Done, Public    bool
}

// forLogin is a handler for the account of a login.
type forLogin func(w http.ResponseWriter, r *http.Request, account string)

// invited keeps strangers from registering phones where the demo is public: who signed in may, and a first phone is registered
// while signing in.
func (s *site) invited(next forLogin) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		session := s.sessions.find(r)
		switch a, ok := session.confirmed(); {
		case ok:
			next(w, r, a.Account)
		case s.at.public:
			s.refuseLogin(w, r, http.StatusUnauthorized, "login.first")
		default:
			next(w, r, cmp.Or(session.account(), demoAccount))
		}
	}
}

// showPhone starts an enrolment. A real site would ask for a fresh confirmation first.
func (s *site) showPhone(w http.ResponseWriter, r *http.Request, account string) {
	s.offerPhone(w, r, account, "")
}

func (s *site) offerPhone(w http.ResponseWriter, r *http.Request, account string, problem template.HTML) {
	e, err := s.client.Enrol(r.Context(), newEnrolment(account))
	if err != nil {
		s.log.ErrorContext(r.Context(), "demo: enrolment", "error", err)
		s.refuseLogin(w, r, http.StatusServiceUnavailable, "phone.unavailable")
		return
	}
	s.sessions.start(w, r).enrol(e)
	s.render(w, http.StatusOK, "phone", s.phonePage(r, e, problem))
}

func (s *site) phonePage(r *http.Request, e client.Enrolment, problem template.HTML) phonePage {
	in, back := languageOf(r), "/"
	if _, ok := s.sessions.find(r).confirmed(); ok {
		back = "/welcome"
	}
	return phonePage{language: in, Title: in.Say("phone.title"), Problem: problem, Enrolment: e, QR: template.URL(e.QR), Public: s.at.public, Back: back,
		Command: s.at.program + " phone enrol '" + e.Link + "'"}
}

func (s *site) confirmPhone(w http.ResponseWriter, r *http.Request, account string) {
	in := languageOf(r)
	started, ok := s.sessions.find(r).enrolment(r.FormValue("enrolment"))
	if !ok {
		s.offerPhone(w, r, account, in.Say("phone.foreign"))
		return
	}
	e, err := s.client.ConfirmEnrolment(r.Context(), started.ID, strings.ReplaceAll(r.FormValue("digits"), " ", ""))
	var refused *client.Error
	switch {
	case errors.As(err, &refused) && (refused.Code == client.CodeEnrolmentEnded || refused.Status == http.StatusNotFound):
		s.offerPhone(w, r, account, in.Say("phone.ended"))
	case errors.As(err, &refused) && refused.Code != "" && refused.Status < http.StatusInternalServerError:
		s.render(w, http.StatusUnprocessableEntity, "phone", s.phonePage(r, started, unconfirmed(in, refused)))
	case err != nil:
		s.log.ErrorContext(r.Context(), "demo: confirm", "error", err)
		s.render(w, http.StatusServiceUnavailable, "phone", s.phonePage(r, started, in.Say("phone.unanswered")))
	default:
		page := phonePage{language: in, Title: in.Say("phone.title.done"), Done: true}
		if e.Device != nil {
			page.Device = e.Device.Label
		}
		s.render(w, http.StatusOK, "phone", page)
	}
}

// unconfirmed says why the digits do not count.
func unconfirmed(in language, e *client.Error) template.HTML {
	switch e.Code {
	case client.CodeWrongDigits:
		return in.Say("phone.wrong-digits", e.Extra["attempts_left"])
	case client.CodeNotCompleted:
		return in.Say("phone.not-completed")
	case "invalid-request":
		return in.Say("phone.no-digits")
	}
	return in.Say("phone.refused", e.Code)
}
