package portal

import (
	"io/fs"
	"maps"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
)

// Section is a part of the portal that another package owns. Its pages are shown in the same session and frame, what changes something comes from
// our own pages, and its steps are confirmed like all others.
type Section interface {
	// Files are its templates/ and texts/. The names in them are its own; "menu." names a page in the menu, "detail." a step.
	Files() fs.FS
	// Mount puts its pages, each made by d.Page.
	Mount(m *edge.Mux, d Desk)
	// Steps are what it does only once they are confirmed, by their kind.
	Steps(d Desk) map[string]Step
}

// Step is taken once its confirmation stands. Page is where it belongs.
type Step struct {
	Page string
	Take func(http.ResponseWriter, *Visit, account.PortalStep) error
}

// Desk is what a section works with.
type Desk struct{ portal *Portal }

// Page lets in whoever is in the portal. Which of them sees the page, the section decides.
func (d Desk) Page(show func(http.ResponseWriter, *Visit) error) edge.HandlerFunc {
	return d.portal.page(show)
}

// Write shows a page of the section by the name of its template.
func (d Desk) Write(w http.ResponseWriter, v *Visit, name string, body any) error {
	return d.portal.write(w, v, name, body)
}

// Wrong shows a form again, with what was wrong about it in words.
func (d Desk) Wrong(w http.ResponseWriter, v *Visit, err error, name string, body any) error {
	return d.portal.wrong(w, v, err, name, body)
}

// Onward leads to another page.
func (d Desk) Onward(w http.ResponseWriter, v *Visit, path string) error {
	return d.portal.onward(w, v, path)
}

// Plan asks the person to confirm a step of the section, and has it taken then.
func (d Desk) Plan(w http.ResponseWriter, v *Visit, step account.PortalStep) error {
	return d.portal.plan(w, v, step)
}

// Text returns a text in the language of the visit.
func (d Desk) Text(v *Visit, key string, args ...any) string {
	text, _ := d.portal.texts.In(v.Page.Lang, key, args...)
	return text
}

// further are the files of the sections.
func (p *Portal) further() []fs.FS {
	var all []fs.FS
	for _, s := range p.Sections {
		all = append(all, s.Files())
	}
	return all
}

// allSteps are those of the portal and of its sections.
func (p *Portal) allSteps() map[string]Step {
	all := p.steps()
	for _, s := range p.Sections {
		maps.Copy(all, s.Steps(Desk{p}))
	}
	return all
}
