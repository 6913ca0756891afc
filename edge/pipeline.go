package edge

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
)

const (
	maxBody = 64 << 10
	// bodyTime is how long a client may take to send a body, writeTime how long to take an answer.
	bodyTime  = 10 * time.Second
	writeTime = 15 * time.Second
	// requestTime bounds a whole request and leaves room for the longest long-poll.
	requestTime = 90 * time.Second
)

var (
	// ErrNoRoute is the refusal of an address at which there is nothing.
	ErrNoRoute = refusal.New(refusal.NotFound, "not-found",
		"There is nothing at this address. Compare the path with the documentation.")
	errWrongMethod = refusal.New(refusal.Malformed, "method-not-allowed",
		"This address does not answer this method. The header Allow names those that it does.")
)

// ServeHTTP runs one request through the pipeline.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := &record{started: m.options.Now(), now: m.options.Now}
	out := &recorder{ResponseWriter: w}
	r = r.WithContext(withRecord(r.Context(), rec))
	defer m.finish(out, r, rec)
	defer m.recoverPanic(out, r, rec)

	secure(w.Header(), r)
	requestID, err := id.New(m.options.Random, id.Request)
	if err != nil {
		m.refuse(out, r, fmt.Errorf("edge: request id: %w", err))
		return
	}
	rec.id = requestID
	w.Header().Set("X-Request-Id", requestID)
	out.allow(requestTime)
	most, within := m.bodyOf(r)
	r.Body = bounded(w, r, most, within)
	if rec.visit, err = m.options.Sources.begin(r, rec.started); err != nil {
		readableAnywhere(w.Header())
		m.refuse(out, r, err)
		return
	}
	m.route(out, r)
}

// uploadTime is how long a file may take to come.
const uploadTime = time.Minute

// bodyOf returns how large a request may be, and how long it may take. Nobody but who sends something large is looked for.
func (m *Mux) bodyOf(r *http.Request) (most int64, within time.Duration) {
	if r.ContentLength >= 0 && r.ContentLength <= maxBody {
		return maxBody, m.bodyTime
	}
	h, _ := m.routes.Handler(r)
	if rt, ours := h.(route); ours && rt.body > 0 {
		return rt.body, uploadTime
	}
	return maxBody, m.bodyTime
}

func (m *Mux) route(w http.ResponseWriter, r *http.Request) {
	h, _ := m.routes.Handler(r)
	if _, ours := h.(route); ours {
		m.routes.ServeHTTP(w, r)
		return
	}
	if late := settle(r.Context()); late != nil {
		m.refuse(w, r, late)
		return
	}
	// What is not ours answers 404, 405 or a redirect to a cleaned path, in plain text.
	probe := probe{}
	h.ServeHTTP(probe, r)
	if allow := http.Header(probe).Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
		m.refuse(w, r, errWrongMethod)
		return
	}
	m.refuse(w, r, ErrNoRoute)
}

// recoverPanic turns a panic into a 500, or into a cut connection where an answer has begun.
func (m *Mux) recoverPanic(w *recorder, r *http.Request, rec *record) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		rec.aborted = true
		return
	}
	m.options.Log.ErrorContext(r.Context(), "panic", "service", m.options.Service, "request_id", rec.id,
		"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if w.began() {
		rec.aborted = true
		return
	}
	m.refuse(w, r, fmt.Errorf("edge: panic: %v", p))
}

// finish writes the one log line, then passes an abort on to net/http, which cuts the connection.
func (m *Mux) finish(w *recorder, r *http.Request, rec *record) {
	if rec.aborted {
		Annotate(r.Context(), slog.Bool("aborted", true))
	}
	line := rec.line(w, r, m.options)
	m.metrics.observe(line)
	line.write(r.Context(), m.options.Log)
	if rec.aborted {
		panic(http.ErrAbortHandler)
	}
}

// StrictTransport keeps browsers, for a year, from calling the host or one below it without TLS (RFC 6797).
const StrictTransport = "max-age=31536000; includeSubDomains"

// secure sets the headers that keep a browser from making something else of an answer.
func secure(h http.Header, r *http.Request) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	if r.TLS != nil {
		h.Set("Strict-Transport-Security", StrictTransport)
	}
}

// BoundBodies gives what is not a Mux the limits that bodies have there: their bytes, and the time in which they have to come.
func BoundBodies(bytes int64, within time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = bounded(w, r, bytes, within)
		next.ServeHTTP(w, r)
	})
}

// bounded returns the body of the request with its limits. The time runs from here on: where nobody reads the body,
// because the caller is refused or the route takes none, net/http reads it before it answers, and would wait for ever.
func bounded(w http.ResponseWriter, r *http.Request, bytes int64, within time.Duration) io.ReadCloser {
	b := &body{ReadCloser: http.MaxBytesReader(w, r.Body, bytes), controller: http.NewResponseController(w), time: within}
	if r.ContentLength != 0 {
		b.hurry()
	}
	return b
}

// body gives the client some time to send it, anew from when it is asked for: before that, only the server was slow.
// The deadline goes with the end of the body: later it would end the request, because net/http reads on to notice a
// client that leaves.
type body struct {
	io.ReadCloser
	controller *http.ResponseController
	time       time.Duration
	started    bool
}

func (b *body) hurry() { _ = b.controller.SetReadDeadline(time.Now().Add(b.time)) } // not every connection has deadlines

func (b *body) Read(p []byte) (int, error) {
	if !b.started {
		b.started = true
		b.hurry()
	}
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.controller.SetReadDeadline(time.Time{})
	}
	return n, err
}

// probe is a ResponseWriter that keeps the headers only.
type probe http.Header

func (p probe) Header() http.Header         { return http.Header(p) }
func (p probe) Write(b []byte) (int, error) { return len(b), nil }
func (p probe) WriteHeader(int)             {}
