package edge_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

func TestEveryClassHasItsStatus(t *testing.T) {
	t.Parallel()
	for class, status := range map[refusal.Class]int{
		refusal.Malformed: 400, refusal.Unauthorized: 401, refusal.Forbidden: 403, refusal.NotFound: 404,
		refusal.Conflict: 409, refusal.Gone: 410, refusal.TooLarge: 413, refusal.Unsupported: 415,
		refusal.Invalid: 422, refusal.TooMany: 429, refusal.Unavailable: 503,
	} {
		g := newRig()
		g.Handle("GET /x", edge.Public, failing(fmt.Errorf("wrapped: %w", refusal.New(class, "some-code", "Do something else."))))
		w := g.ask(get("/x"))
		doc := wantProblem(t, w, status, "some-code")
		if doc["detail"] != "Do something else." || doc["title"] == "" || doc["request_id"] != w.Header().Get("X-Request-Id") {
			t.Errorf("%d: %v", status, doc)
		}
	}
}

func TestARefusalOfTheInternalClassIsNotShown(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /x", edge.Public, failing(refusal.New(refusal.Internal, "hidden", "The password is 1234.")))
	w := g.ask(get("/x"))
	wantProblem(t, w, http.StatusInternalServerError, "internal")
	if strings.Contains(w.Body.String(), "1234") {
		t.Errorf("shown: %s", w.Body)
	}
}

func TestACauseIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /x", edge.Public, failing(refusal.ErrUnavailable.Because(errors.New("redis is gone"))))
	w := g.ask(get("/x"))
	wantProblem(t, w, http.StatusServiceUnavailable, "unavailable")
	if strings.Contains(w.Body.String(), "redis") {
		t.Errorf("shown: %s", w.Body)
	}
	if line := g.log.requests(t)[0]; line["level"] != "WARN" || line["error"] != "redis is gone" || line["code"] != "unavailable" {
		t.Errorf("logged: %v", line)
	}
}

func TestADetailIsNotLogged(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /x", edge.Public, failing(refusal.New(refusal.NotFound, "unknown", "There is no 4711.")))
	g.ask(get("/x"))
	if strings.Contains(g.log.String(), "4711") {
		t.Errorf("logged: %s", g.log.String())
	}
}

func TestWhatIsCancelledOrTakesTooLongIs503WhileTheClientWaits(t *testing.T) {
	t.Parallel()
	for _, err := range []error{context.Canceled, fmt.Errorf("query: %w", context.DeadlineExceeded)} {
		g := newRig()
		g.Handle("GET /x", edge.Public, failing(err))
		w := g.ask(get("/x"))
		wantProblem(t, w, http.StatusServiceUnavailable, "unavailable")
		if w.Header().Get("Retry-After") != "1" {
			t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
		}
	}
}

func TestRetryAfterIsWholeSecondsRoundedUp(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]string{
		0: "", time.Nanosecond: "1", time.Second: "1", 1001 * time.Millisecond: "2", 20 * time.Second: "20",
	} {
		g := newRig()
		g.Handle("GET /x", edge.Public, failing(refusal.New(refusal.TooMany, "slow", "Wait.").After(after)))
		if got := g.ask(get("/x")).Header().Get("Retry-After"); got != want {
			t.Errorf("%v: Retry-After %q, want %q", after, got, want)
		}
	}
}

func TestExtrasJoinTheDocumentAndReplaceNothing(t *testing.T) {
	t.Parallel()
	g := newRig()
	err := refusal.New(refusal.Invalid, "wrong-number", "Wrong.").With("attempts_left", 2).With("status", 200).With("type", "x")
	g.Handle("GET /x", edge.Public, failing(err))
	doc := wantProblem(t, g.ask(get("/x")), http.StatusUnprocessableEntity, "wrong-number")
	if doc["attempts_left"] != 2.0 {
		t.Errorf("got %v", doc)
	}
}

func TestAnExtraThatIsNoJSONIsStillAProblem(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /x", edge.Public, failing(refusal.New(refusal.Invalid, "odd", "Odd.").With("f", func() {})))
	wantProblem(t, g.ask(get("/x")), http.StatusInternalServerError, "internal")
}

func TestAnAnswerThatIsNoJSONIsAFault(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /x", edge.Public, func(w http.ResponseWriter, _ *http.Request) error {
		return edge.JSON(w, http.StatusOK, func() {})
	})
	wantProblem(t, g.ask(get("/x")), http.StatusInternalServerError, "internal")
}
