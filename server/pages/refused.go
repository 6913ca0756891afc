package pages

import (
	"errors"
	"net/http"
	"strings"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/refusal"
)

// refused is what is on the page of an error.
type refused struct {
	Text    string
	Back    *Link
	Request string // its id, where it is a fault of ours
}

var classes = map[refusal.Class]string{
	refusal.Malformed: "malformed", refusal.Unauthorized: "forbidden", refusal.Forbidden: "forbidden", refusal.NotFound: "not-found", refusal.Conflict: "conflict",
	refusal.Gone: "gone", refusal.TooLarge: "too-large", refusal.Unsupported: "malformed", refusal.Invalid: "invalid", refusal.TooMany: "too-many",
	refusal.Unavailable: "unavailable", refusal.Internal: "internal",
}

// Fault is an error that only pages meet, with the key of what it says.
type Fault struct {
	Status int
	Text   string
}

func (f Fault) Error() string { return "pages: " + f.Text }

// Refuse answers with err as the rest of the page would be: the text of its code, where there is one, or of its kind. back leads on; nil: nowhere.
func (s *Set) Refuse(w http.ResponseWriter, r *http.Request, p Page, back *Link, err error) error {
	p.Name, p.Title = "refused", "refused.title"
	var fault Fault
	if errors.As(err, &fault) {
		text, _ := s.texts.In(p.Lang, fault.Text)
		p.Status, p.Body = fault.Status, refused{Text: text, Back: back}
		return s.Write(w, p)
	}
	status, shown := edge.Refused(r, err)
	edge.RetryAfter(w.Header(), shown.RetryAfter)
	p.Status = status
	body := refused{Text: s.Explain(p.Lang, shown), Back: back}
	if shown.Class == refusal.Internal {
		body.Request = edge.RequestID(r.Context())
	}
	p.Body = body
	return s.Write(w, p)
}

// Refused answers with err whoever asked for a page that they did not get to: nobody is known there. It is edge.Options.Page.
func (s *Set) Refused(w http.ResponseWriter, r *http.Request, err error) error {
	return s.Refuse(w, r, Page{Lang: locale.Nearest(r.Header.Get("Accept-Language"))}, wayOn(r), err)
}

// wayOn leads to where the pages begin among which something was asked for. Whoever is in none of them is told there how to get in.
func wayOn(r *http.Request) *Link {
	on := &Link{URL: "/portal", Text: "refused.back"}
	if r.URL.Path == "/console" || strings.HasPrefix(r.URL.Path, "/console/") {
		on.URL = "/console"
	}
	return on
}

// Explain says a refusal in words for people; its detail is for those who write login services.
func (s *Set) Explain(lang string, shown *refusal.Error) string {
	if field, _ := shown.Extra["field"].(string); field != "" {
		if text, ok := s.texts.In(lang, "refused.field."+field); ok {
			return text
		}
	}
	if text, ok := s.texts.In(lang, "refused.code."+shown.Code); ok {
		return text
	}
	text, _ := s.texts.In(lang, "refused."+classes[shown.Class])
	return text
}
