// Package edge is what both HTTP faces share: routing that cannot forget authentication, strict decoding,
// errors as problem documents, the request log, metrics, security headers, CORS, listening and the admin port.
//
// It does not know what is asked or who may ask: guards and handlers bring that. What it shows of an error
// is what package refusal marks as fit to be shown; everything else becomes `internal` and goes to the log.
package edge

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// HandlerFunc answers a request, or returns the error that Problem turns into the answer.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// Guard authenticates and authorises a request; it returns the context with what it found.
type Guard func(*http.Request) (context.Context, error)

// Public is the guard of what anybody may call.
func Public(r *http.Request) (context.Context, error) { return r.Context(), nil }

// Options are what a Mux needs from outside.
type Options struct {
	Service string
	Log     *slog.Logger
	Metrics prometheus.Registerer // nil: measured, but not published
	Random  io.Reader             // read by many requests at once
	Now     func() time.Time
	Sources *Sources // nil: no address is limited
	// Page shows a refusal to somebody whose browser asked for a page; nil: everybody gets a problem document.
	Page func(w http.ResponseWriter, r *http.Request, err error) error
}

// Mux routes requests through the pipeline: request id, headers, body limit, guard, handler, problem, log line.
type Mux struct {
	options    Options
	routes     *http.ServeMux
	listed     []string
	pages      []string
	preflights map[string]*preflight // by path
	metrics    metrics
	bodyTime   time.Duration
}

// NewMux returns a Mux without routes.
func NewMux(o Options) *Mux {
	if o.Sources != nil {
		register(o.Metrics, o.Sources.refused) // of the process: its faces share them
	}
	return &Mux{
		options:    o,
		routes:     http.NewServeMux(),
		preflights: map[string]*preflight{},
		metrics:    newMetrics(o.Service, o.Metrics),
		bodyTime:   bodyTime,
	}
}

// Handle adds a route; pattern is a method and a path as in net/http, e.g. "POST /v1/approvals/{id}/cancel".
// It panics on what would be a hole: a pattern without method, or no guard.
func (m *Mux) Handle(pattern string, g Guard, h HandlerFunc) {
	m.add(pattern, route{guard: g, handle: h})
	m.listed = append(m.listed, pattern)
}

// HandlePage adds a page that anybody may open, or what belongs to it. It is no call of the API: Pages lists it, and Routes does not.
func (m *Mux) HandlePage(pattern string, h HandlerFunc) { m.HandleUpload(pattern, 0, h) }

// HandleUpload adds a page whose form brings a file: its body may have so many bytes, and a minute to come; 0: as any form.
func (m *Mux) HandleUpload(pattern string, bytes int64, h HandlerFunc) {
	m.add(pattern, route{guard: Public, handle: h, page: true, body: bytes})
	m.pages = append(m.pages, pattern)
}

// Routes lists the patterns of the API in the order in which they were added, without preflights.
func (m *Mux) Routes() []string { return append([]string(nil), m.listed...) }

// Pages lists the patterns of the pages, and of what belongs to them, in the order in which they were added.
func (m *Mux) Pages() []string { return append([]string(nil), m.pages...) }

func (m *Mux) add(pattern string, rt route) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || method == "" || !strings.HasPrefix(path, "/") {
		panic("edge: route " + pattern + " must be a method and a path")
	}
	if rt.guard == nil || rt.handle == nil {
		panic("edge: route " + pattern + " needs a guard and a handler")
	}
	rt.refuse = m.refuse
	m.routes.Handle(pattern, rt)
}

// route is one entry of the table.
type route struct {
	guard  Guard
	handle HandlerFunc
	cors   *CORS
	page   bool
	body   int64 // bytes; 0: maxBody
	refuse func(http.ResponseWriter, *http.Request, error)
}

func (rt route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := rt.serve(w, r); err != nil {
		rt.refuse(w, r, err)
	}
}

func (rt route) serve(w http.ResponseWriter, r *http.Request) error {
	if rt.cors != nil {
		if err := rt.cors.answer(w, r); err != nil {
			return err
		}
	}
	ctx, err := rt.guard(r)
	if late := settle(r.Context()); late != nil {
		return late
	}
	if err != nil {
		return err
	}
	return rt.handle(w, r.WithContext(ctx))
}
