package edge

import (
	"net/http"
	"slices"
	"strings"

	"github.com/jawort/jawort/refusal"
)

// CORS lets the pages of some origins read the answers of a route. Credentials that a browser adds by itself
// (cookies) are never allowed.
type CORS struct {
	// Origins returns the origins that may read the answer. It sees preflights too, which carry the path but
	// no Authorization header, and it runs before the guard.
	Origins func(*http.Request) ([]string, error)
}

var errOrigin = refusal.New(refusal.Forbidden, "origin-not-allowed",
	"Pages of this origin may not call this address. Add the origin to the application.")

const (
	corsHeaders = "Authorization, Content-Type, Idempotency-Key"
	corsExposed = "Retry-After, X-Request-Id"
	corsMaxAge  = "600"
)

// HandleCORS is Handle for a route that browsers call from the pages of other origins. It answers preflights too.
func (m *Mux) HandleCORS(pattern string, c CORS, g Guard, h HandlerFunc) {
	m.add(pattern, route{guard: g, handle: h, cors: &c})
	m.listed = append(m.listed, pattern)
	method, path, _ := strings.Cut(pattern, " ")
	if known, ok := m.preflights[path]; ok {
		known.methods = append(known.methods, method)
		return
	}
	p := &preflight{cors: c, methods: []string{method}}
	m.preflights[path] = p
	m.add("OPTIONS "+path, route{guard: Public, handle: p.answer})
}

// answer sets the headers of an actual request. A foreign origin gets its answer without them: its browser
// keeps the page from reading it. Where nobody can say whose the origin is, nothing is done: a page that could not read
// that it was done would take itself for a foreign one, or do it again.
func (c CORS) answer(w http.ResponseWriter, r *http.Request) error {
	ok, err := c.allow(w, r)
	if ok {
		w.Header().Set("Access-Control-Expose-Headers", corsExposed)
	}
	return err
}

func (c CORS) allow(w http.ResponseWriter, r *http.Request) (bool, error) {
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false, nil
	}
	origins, err := c.Origins(r)
	if err != nil || origin == "*" || !slices.Contains(origins, origin) {
		return false, err
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	return true, nil
}

// readableAnywhere lets the page of any origin read a refusal that is the same for everybody, and when to come again. Whose page it is
// would have to be looked up, which is what a source that sends too much must not make us do.
func readableAnywhere(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", corsExposed)
}

// preflight answers the question that browsers ask first.
type preflight struct {
	cors    CORS
	methods []string
}

func (p *preflight) answer(w http.ResponseWriter, r *http.Request) error {
	ok, err := p.cors.allow(w, r)
	if err != nil {
		return err
	}
	if !ok {
		return errOrigin
	}
	w.Header().Set("Access-Control-Allow-Methods", strings.Join(p.methods, ", "))
	w.Header().Set("Access-Control-Allow-Headers", corsHeaders)
	w.Header().Set("Access-Control-Max-Age", corsMaxAge)
	w.WriteHeader(http.StatusNoContent)
	return nil
}
