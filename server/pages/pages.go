// Package pages is the frame of Jawort's own pages: layout, texts in German and English, errors that people can read, the headers that keep a
// browser from doing anything else with a page, the cookie by which it stays there, and the files that all pages load. Packages portal and console put
// their pages into it.
//
// It does not know who may see a page, nor what is on it.
package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/component"
)

//go:embed templates/*.html
var ownTemplates embed.FS

// Set is a number of pages, each a template that defines "content".
type Set struct {
	texts     Texts
	templates map[string]*template.Template
	sockets   string // the origin of our websockets
}

// New reads the pages in templates/ of more and further, and their texts; without, there are only those of errors. origin is where browsers meet them.
// It panics on what cannot be read, and on pages that two of them call the same.
func New(more fs.FS, origin string, further ...fs.FS) *Set {
	if more != nil {
		further = append([]fs.FS{more}, further...)
	}
	s := &Set{texts: ReadTexts(further...), templates: map[string]*template.Template{}, sockets: "ws" + strings.TrimPrefix(origin, "http")}
	layout := template.Must(template.ParseFS(ownTemplates, "templates/layout.html", "templates/_*.html"))
	for _, from := range append([]fs.FS{ownTemplates}, further...) {
		names, err := fs.Glob(from, "templates/*.html")
		if err != nil {
			panic("pages: " + err.Error())
		}
		s.read(from, template.Must(layout.Clone()), names)
	}
	return s
}

// read adds the pages among the files. Those whose names begin with _ are parts that the pages beside them may use.
func (s *Set) read(from fs.FS, layout *template.Template, files []string) {
	part := func(file string) bool { return strings.HasPrefix(path.Base(file), "_") }
	for _, file := range files {
		if part(file) {
			template.Must(layout.ParseFS(from, file))
		}
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if part(file) || name == "layout" {
			continue
		}
		if s.templates[name] != nil {
			panic("pages: two pages are called " + name)
		}
		s.templates[name] = template.Must(template.Must(layout.Clone()).ParseFS(from, file))
	}
}

// Has reports whether there is such a text.
func (s *Set) Has(key string) bool { _, ok := s.texts.In("en", key); return ok }

// Called returns the texts whose keys begin so, by the rest of the key.
func (s *Set) Called(lang, begins string) map[string]string {
	all := map[string]string{}
	for key, text := range s.texts[lang] {
		if name, ok := strings.CutPrefix(key, begins); ok {
			all[name] = text
		}
	}
	return all
}

// Text returns a text, filled as by fmt.Sprintf; empty: there is none.
func (s *Set) Text(lang, key string, args ...any) string {
	text, _ := s.texts.In(lang, key, args...)
	return text
}

// Link leads somewhere.
type Link struct {
	URL  string
	Text string // key of its text
	Here bool
}

// Leave leads back to where somebody came from, by a form: it ends something.
type Leave struct {
	Action string
	Text   string // key of its text; empty: it names Host
	Host   string // how the place is called
	Origin string // where the form ends up; empty: here
}

// Page is one answer.
type Page struct {
	Name   string // of its template
	Status int    // 0: 200
	Lang   string
	Zone   *time.Location // nil: UTC
	Title  string         // key of its text
	House  string         // whose page it is
	Who    string         // whom it is about
	Until  time.Time      // when whoever is there is let out; zero: not told
	Menu   []Link
	Base   string   // where the pages of its part begin
	Place  string   // what Below is of
	Below  []Link   // a second menu
	Leave  *Leave   // nil: there is no way back
	Said   string   // key of what was done; empty: nothing
	Wrong  string   // what was wrong, as a sentence; empty: nothing
	Waits  bool     // has <jawort-wait> in it
	Wide   bool     // has tables that need room
	More   []string // further scripts of all pages that it needs, as "passkey.js"
	Body   any

	set *Set
}

// T returns a text.
func (p *Page) T(key string, args ...any) (string, error) {
	text, ok := p.set.texts.In(p.Lang, key, args...)
	if !ok {
		return "", fmt.Errorf("pages: no text %q in %s", key, p.Lang)
	}
	return text, nil
}

// When tells a time; one that is not given is empty. UTC is hardly anybody's clock, so it is named.
func (p *Page) When(t time.Time) (string, error) {
	text, err := p.tell("time", t)
	if text != "" && (p.Zone == nil || p.Zone == time.UTC) {
		text += " (UTC)"
	}
	return text, err
}

// Date tells a day.
func (p *Page) Date(t time.Time) (string, error) { return p.tell("date", t) }

// Clock tells the time of day.
func (p *Page) Clock(t time.Time) (string, error) { return p.tell("clock", t) }

func (p *Page) tell(form string, t time.Time) (string, error) {
	layout, err := p.T(form)
	if err != nil || t.IsZero() {
		return "", err
	}
	if p.Zone != nil {
		t = t.In(p.Zone)
	} else {
		t = t.UTC()
	}
	return t.Format(layout), nil
}

// File returns where a file of all pages lies.
func (p *Page) File(name string) string { return fileURL(name) }

// Script returns the waiting component, where the page has one in it.
func (p *Page) Script() string {
	if !p.Waits {
		return ""
	}
	return component.Path
}

// Fill names the page and what is on it. Its title is the text NAME.title, unless it has another; what ?done=X says is the text done.X.
func (s *Set) Fill(p *Page, r *http.Request, name string, body any) {
	p.Name, p.Body = name, body
	if p.Title == "" {
		p.Title = name + ".title"
	}
	if done := "done." + r.URL.Query().Get("done"); p.Said == "" && done != "done." && s.Has(done) {
		p.Said = done
	}
}

// Mistaken puts what was wrong about a form into the page, in words. What is no refusal is returned.
func (s *Set) Mistaken(p *Page, r *http.Request, err error) error {
	status, refused := edge.Refused(r, err)
	if refused.Class == refusal.Internal || refused.Class == refusal.Unavailable {
		return err
	}
	p.Status, p.Wrong = status, s.Explain(p.Lang, refused)
	return nil
}

// Write answers with the page.
func (s *Set) Write(w http.ResponseWriter, p Page) error {
	b, err := s.render(p)
	if err != nil {
		return err
	}
	s.answer(w, p, b)
	return nil
}

// Begin answers with the page up to where its template says {{.Here}}, and returns the rest. What takes long is told in between.
func (s *Set) Begin(w http.ResponseWriter, p Page) (rest []byte, err error) {
	b, err := s.render(p)
	if err != nil {
		return nil, err
	}
	first, rest, _ := bytes.Cut(b, []byte(here))
	s.answer(w, p, first)
	return rest, nil
}

// here is no text that a page could have: HTML has no such character.
const here = "\x00"

// Here is where a page that is begun goes on.
func (p *Page) Here() template.HTML { return here }

func (s *Set) answer(w http.ResponseWriter, p Page, b []byte) {
	s.protect(w.Header(), p)
	w.WriteHeader(max(p.Status, http.StatusOK))
	_, _ = w.Write(b) // a client that has gone needs no answer
}

func (s *Set) render(p Page) ([]byte, error) {
	t, ok := s.templates[p.Name]
	if !ok {
		return nil, fmt.Errorf("pages: there is no page %q", p.Name)
	}
	p.set = s
	if s.texts[p.Lang] == nil {
		p.Lang = "en"
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "layout.html", &p); err != nil {
		return nil, fmt.Errorf("pages: %s: %w", p.Name, err)
	}
	return b.Bytes(), nil
}

// protect lets a page have what comes from here, and send its forms here; the form that leaves may be led on to where people came from.
func (s *Set) protect(h http.Header, p Page) {
	forms := "'self'"
	if p.Leave != nil && p.Leave.Origin != "" {
		forms += " " + p.Leave.Origin
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self' "+s.sockets+
		"; form-action "+forms+"; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'")
	h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	h.Set("Content-Type", "text/html; charset=utf-8")
}
