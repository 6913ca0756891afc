package edge

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/jawort/jawort/refusal"
)

const problemType = "urn:jawort:problem:"

type heading struct {
	status int
	title  string
}

var headings = map[refusal.Class]heading{
	refusal.Malformed:    {http.StatusBadRequest, "The request cannot be read"},
	refusal.Unauthorized: {http.StatusUnauthorized, "Authentication is needed"},
	refusal.Forbidden:    {http.StatusForbidden, "This is not allowed"},
	refusal.NotFound:     {http.StatusNotFound, "Not found"},
	refusal.Conflict:     {http.StatusConflict, "Something else was first"},
	refusal.Gone:         {http.StatusGone, "This has ended"},
	refusal.TooLarge:     {http.StatusRequestEntityTooLarge, "The request is too large"},
	refusal.Unsupported:  {http.StatusUnsupportedMediaType, "This media type is not understood"},
	refusal.Invalid:      {http.StatusUnprocessableEntity, "Something in the request is wrong"},
	refusal.TooMany:      {http.StatusTooManyRequests, "Too many requests"},
	refusal.Unavailable:  {http.StatusServiceUnavailable, "Temporarily unavailable"},
	refusal.Internal:     {http.StatusInternalServerError, "Something went wrong here"},
}

var (
	errInternal = refusal.New(refusal.Internal, "internal",
		"The request could not be served because of a fault on our side. The request_id finds it in the log.")
	errTooLarge = refusal.New(refusal.TooLarge, "too-large", "The body is longer than 64 KiB.")
)

// Problem answers with err as a problem document (RFC 9457), and gives the cause to the request's log line.
// Where an answer has begun it only does the latter.
func Problem(w http.ResponseWriter, r *http.Request, err error) {
	if gone(r, err) {
		leave(w, r)
		return
	}
	shown := refuse(err)
	annotateError(r.Context(), shown)
	if rec, ok := w.(*recorder); ok && rec.began() {
		return
	}
	head := headingOf(shown)
	writeProblem(w, head, members(r.Context(), head, shown), shown.RetryAfter)
}

// Refused returns what may be shown of err, and the status that goes with it, for answers that are no problem document. It gives the cause to the
// request's log line.
func Refused(r *http.Request, err error) (status int, shown *refusal.Error) {
	shown = refuse(err)
	annotateError(r.Context(), shown)
	return headingOf(shown).status, shown
}

func headingOf(shown *refusal.Error) heading {
	if errors.Is(shown, errWrongMethod) {
		return heading{http.StatusMethodNotAllowed, "This method is not answered here"}
	}
	return headings[shown.Class]
}

func members(ctx context.Context, head heading, shown *refusal.Error) map[string]any {
	doc := make(map[string]any, len(shown.Extra)+5)
	for name, value := range shown.Extra {
		doc[name] = value
	}
	doc["type"] = problemType + shown.Code
	doc["title"] = head.title
	doc["status"] = head.status
	doc["detail"] = shown.Detail
	if id := RequestID(ctx); id != "" {
		doc["request_id"] = id
	}
	return doc
}

func writeProblem(w http.ResponseWriter, head heading, doc map[string]any, after time.Duration) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	RetryAfter(h, after)
	if head.status == http.StatusUnauthorized && h.Get("WWW-Authenticate") == "" {
		h.Set("WWW-Authenticate", "Bearer")
	}
	b, err := json.Marshal(doc)
	if err != nil { // an Extra that is no JSON: the rest is still worth showing
		b = []byte(`{"type":"` + problemType + `internal","status":500}`)
		head.status = http.StatusInternalServerError
	}
	w.WriteHeader(head.status)
	_, _ = w.Write(b) // a client that has gone needs no answer
}

// RetryAfter says when to come again; 0: nothing is said.
func RetryAfter(h http.Header, after time.Duration) {
	if after > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((after+time.Second-1)/time.Second), 10))
	}
}

// refuse returns what may be shown of err.
func refuse(err error) *refusal.Error {
	var shown *refusal.Error
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &shown) && shown.Class != refusal.Internal:
		return shown
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return refusal.ErrUnavailable.Because(err)
	default:
		return errInternal.Because(err)
	}
}

// annotateError logs the code and the internal cause. The detail is left out: it may repeat what was sent.
func annotateError(ctx context.Context, shown *refusal.Error) {
	attrs := []slog.Attr{slog.String("code", shown.Code)}
	if cause := shown.Unwrap(); cause != nil {
		attrs = append(attrs, slog.String("error", cause.Error()))
	}
	Annotate(ctx, attrs...)
}
