package edge

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

type recordKey struct{}

// record is what is known of one request beside its answer.
type record struct {
	id      string
	started time.Time
	now     func() time.Time
	aborted bool
	visit   *visit // of its source; nil: not limited

	mu    sync.Mutex
	byKey bool
	attrs []slog.Attr
}

func withRecord(ctx context.Context, rec *record) context.Context {
	return context.WithValue(ctx, recordKey{}, rec)
}

// RequestID returns the id of the request, or nothing outside of a Mux.
func RequestID(ctx context.Context) string {
	if rec, ok := ctx.Value(recordKey{}).(*record); ok {
		return rec.id
	}
	return ""
}

// KnownByKey notes that the request carries a valid API key: where it comes from does not count then.
func KnownByKey(ctx context.Context) {
	if rec, ok := ctx.Value(recordKey{}).(*record); ok {
		rec.mu.Lock()
		defer rec.mu.Unlock()
		rec.byKey = true
	}
}

// settle counts the request at its source once it is clear who sent it: now, since finding that out may have taken a while.
func settle(ctx context.Context) error {
	rec, ok := ctx.Value(recordKey{}).(*record)
	if !ok {
		return nil
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return rec.visit.end(rec.byKey, rec.now())
}

// Annotate adds attributes to the request's log line: ids, never secrets or personal data.
func Annotate(ctx context.Context, attrs ...slog.Attr) {
	rec, ok := ctx.Value(recordKey{}).(*record)
	if !ok {
		return
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.attrs = append(rec.attrs, attrs...)
}

// line is a finished request.
type line struct {
	service, method, route, id string
	status                     int
	bytes                      int64
	duration                   time.Duration
	attrs                      []slog.Attr
}

func (rec *record) line(w *recorder, r *http.Request, o Options) line {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return line{
		service: o.Service, method: knownMethod(r.Method), route: knownRoute(r.Pattern), id: rec.id,
		status: w.sent(), bytes: w.bytes, duration: o.Now().Sub(rec.started), attrs: rec.attrs,
	}
}

func (l line) write(ctx context.Context, log *slog.Logger) {
	log.LogAttrs(ctx, l.level(), "request", append([]slog.Attr{
		slog.String("service", l.service),
		slog.String("method", l.method),
		slog.String("route", l.route),
		slog.Int("status", l.status),
		slog.Float64("duration_ms", float64(l.duration.Microseconds())/1000),
		slog.Int64("bytes", l.bytes),
		slog.String("request_id", l.id),
	}, l.attrs...)...)
}

// level makes a fault of ours an error; a part that does not answer for a moment is a warning.
func (l line) level() slog.Level {
	switch {
	case l.status == http.StatusServiceUnavailable:
		return slog.LevelWarn
	case l.status >= http.StatusInternalServerError:
		return slog.LevelError
	}
	return slog.LevelInfo
}

// knownRoute and knownMethod keep what a stranger typed out of logs and metrics.
func knownRoute(pattern string) string {
	if pattern == "" {
		return "none"
	}
	return pattern
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	}
	return "other"
}
