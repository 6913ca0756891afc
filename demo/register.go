package demo

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/jawort/jawort/client"
)

// newEnrolment lets everybody here register phones for the one shared login, without asking those who did before.
var newEnrolment = client.NewEnrolment{Account: demoAccount, Authorize: client.ByOperator, Reason: "Demo"}

type phonePage struct {
	Title, Problem, Command, Device string
	QR                              template.URL // a data: URI that Jawort made
	Enrolment                       client.Enrolment
	Done, Public                    bool
}

// invited keeps strangers from registering phones where the demo is public: who signed in may, and a first phone is registered
// while signing in.
func (s *site) invited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.at.public && !s.sessions.find(r).signedIn() {
			s.refuseLogin(w, http.StatusUnauthorized, "Sign in first. Your first phone is registered while you do.")
			return
		}
		next(w, r)
	}
}

// showPhone starts an enrolment. A real site would ask for a fresh confirmation first.
func (s *site) showPhone(w http.ResponseWriter, r *http.Request) {
	s.offerPhone(w, r, "")
}

func (s *site) offerPhone(w http.ResponseWriter, r *http.Request, problem string) {
	e, err := s.client.Enrol(r.Context(), newEnrolment)
	if err != nil {
		s.log.ErrorContext(r.Context(), "demo: enrolment", "error", err)
		s.refuseLogin(w, http.StatusServiceUnavailable, "A phone cannot be registered at the moment. Try again.")
		return
	}
	s.sessions.start(w, r).enrol(e)
	s.render(w, http.StatusOK, "phone", s.phonePage(e, problem))
}

func (s *site) phonePage(e client.Enrolment, problem string) phonePage {
	return phonePage{Title: "Register a phone", Problem: problem, Enrolment: e, QR: template.URL(e.QR), Public: s.at.public,
		Command: s.at.program + " phone enrol '" + e.Link + "'"}
}

func (s *site) confirmPhone(w http.ResponseWriter, r *http.Request) {
	started, ok := s.sessions.find(r).enrolment(r.FormValue("enrolment"))
	if !ok {
		s.offerPhone(w, r, "That registration was not started in this browser. Here is a new one.")
		return
	}
	e, err := s.client.ConfirmEnrolment(r.Context(), started.ID, strings.ReplaceAll(r.FormValue("digits"), " ", ""))
	var refused *client.Error
	switch {
	case errors.As(err, &refused) && (refused.Code == "enrolment-ended" || refused.Status == http.StatusNotFound):
		s.offerPhone(w, r, refused.Detail+" Here is a new one.")
	case errors.As(err, &refused):
		s.render(w, http.StatusUnprocessableEntity, "phone", s.phonePage(started, refused.Detail+triesLeft(refused)))
	case err != nil:
		s.log.ErrorContext(r.Context(), "demo: confirm", "error", err)
		s.render(w, http.StatusServiceUnavailable, "phone", s.phonePage(started, "Jawort does not answer. Try again."))
	default:
		page := phonePage{Title: "Phone registered", Done: true}
		if e.Device != nil {
			page.Device = e.Device.Label
		}
		s.render(w, http.StatusOK, "phone", page)
	}
}

func triesLeft(e *client.Error) string {
	left, ok := e.Extra["attempts_left"].(float64)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" Tries left: %.0f.", left)
}
