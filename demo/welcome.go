package demo

import (
	"html/template"
	"io"
	"net/http"

	"github.com/jawort/jawort/client"
)

type welcomePage struct {
	language
	Title, How      template.HTML
	Receipt         string
	Server, Program string
	RPID, Origin    string
	ByPasskey       bool
}

// welcome believes only what Jawort told this server about the approval of this session.
func (s *site) welcome(w http.ResponseWriter, r *http.Request) {
	a, ok := s.sessions.find(r).approved(r.Context())
	if !ok {
		s.refuseLogin(w, r, http.StatusUnauthorized, "login.unconfirmed")
		return
	}
	in := languageOf(r)
	p := welcomePage{language: in, Title: in.Say("welcome.title"), How: how(in, a), Server: s.at.server, Program: s.at.program, RPID: s.at.host, ByPasskey: a.Passkey != nil}
	switch { // only keys leave evidence
	case a.Device != nil:
		p.Origin = s.at.phones
	case a.Passkey != nil:
		p.Origin = s.at.site
	}
	if p.Origin != "" {
		var err error
		if p.Receipt, err = s.client.Receipt(r.Context(), a.ID); err != nil {
			s.log.ErrorContext(r.Context(), "demo: no receipt", "error", err)
		}
	}
	s.render(w, http.StatusOK, "welcome", p)
}

// receipt is the evidence as a file.
func (s *site) receipt(w http.ResponseWriter, r *http.Request) {
	a, ok := s.sessions.find(r).confirmed()
	if !ok {
		s.refuseLogin(w, r, http.StatusUnauthorized, "login.unconfirmed")
		return
	}
	receipt, err := s.client.Receipt(r.Context(), a.ID)
	if err != nil {
		s.log.ErrorContext(r.Context(), "demo: no receipt", "error", err)
		s.refuseLogin(w, r, http.StatusServiceUnavailable, "login.unreachable")
		return
	}
	w.Header().Set("Content-Type", "application/jose")
	w.Header().Set("Content-Disposition", `attachment; filename="receipt"`)
	_, _ = io.WriteString(w, receipt) // who has gone gets nothing
}

// how says who or what confirmed the login.
func how(in language, a client.Approval) template.HTML {
	switch {
	case a.Device != nil:
		return in.Say("welcome.by-phone", a.Account, a.Device.Holder, a.Device.Label)
	case a.Passkey != nil && a.Passkey.Label != "":
		return in.Say("welcome.by-passkey", a.Account, a.Passkey.Label)
	case a.Passkey != nil:
		return in.Say("welcome.by-unnamed-passkey", a.Account)
	}
	switch a.Method {
	case "totp":
		return in.Say("welcome.by-totp", a.Account)
	case "trusted_browser":
		return in.Say("welcome.trusted", a.Account)
	case "not_enforced":
		return in.Say("welcome.unasked", a.Account)
	}
	return in.Say("welcome.by-code", a.Account)
}
