package edge

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
)

// statusGone is logged where the client hung up before it was answered. Nobody reads it.
const statusGone = 499

// gone reports whether err is what became of a request whose client hung up: neither a deadline of ours nor a
// shutdown, which a client should hear of.
func gone(r *http.Request, err error) bool {
	ended := context.Cause(r.Context())
	return ended != nil && !errors.Is(ended, errStopped) && !errors.Is(ended, context.DeadlineExceeded) && errors.Is(err, context.Canceled)
}

func leave(w http.ResponseWriter, r *http.Request) {
	Annotate(r.Context(), slog.String("code", "client-gone"))
	if rec, ok := w.(*recorder); !ok || !rec.began() {
		w.WriteHeader(statusGone)
	}
}
