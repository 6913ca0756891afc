package server_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/store/outbox"
)

// lettingIn is a lasting store whose LetIn is the test's.
type lettingIn struct {
	server.Lasting
	letIn func(next func() (approval.Outcome, error)) (approval.Outcome, error)
}

func (l *lettingIn) LetIn(ctx context.Context, p approval.Pending, method approval.Method, browser string) (approval.Outcome, error) {
	return l.letIn(func() (approval.Outcome, error) { return l.Lasting.LetIn(ctx, p, method, browser) })
}

// breaks is a LetIn that dies before it writes, as often as it is told to.
type breaks struct {
	mu   sync.Mutex
	left int
}

func (b *breaks) letIn(next func() (approval.Outcome, error)) (approval.Outcome, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left > 0 {
		b.left--
		return approval.Outcome{}, errors.New("the server dies here")
	}
	return next()
}

// weeklyWith is an installation where account 4711 has a phone and is asked once a day, and a LetIn that is the test's.
func weeklyWith(t *testing.T, letIn func(w *world, next func() (approval.Outcome, error)) (approval.Outcome, error)) (*instance, phone) {
	w := newWorld(t)
	i := w.serve(func(o *server.Options) {
		o.MaxPending = 100
		o.Lasting = &lettingIn{o.Lasting, func(next func() (approval.Outcome, error)) (approval.Outcome, error) { return letIn(w, next) }}
	})
	p := w.addPhone(w.app, "4711", "Ada's phone")
	w.put("4711", "customer", weekly)
	return i, p
}

func (w *world) endBrowsers() {
	w.Helper()
	w.must(w.lasting.EndTrustedBrowsers(w.Context(), w.app.Tenant, "4711", outbox.Actor{}))
}

// wantWaiting wants the question to be asked, and a page to be able to wait for it.
func (i *instance) wantWaiting(a answer) {
	i.Helper()
	if a.want(201, "").text("status") != "pending" || a.text("socket", "ticket") == "" {
		i.Fatalf("want to be asked: %s", a.raw)
	}
	i.call("GET", "/v1/approvals/"+a.text("id"), nil, bearer(a.text("socket", "ticket"))).want(200, "")
}

func TestWhoseTrustEndsWhileTheyAreLetInIsAskedWithAnIdempotencyKeyToo(t *testing.T) {
	t.Parallel()
	i, p := weeklyWith(t, func(w *world, next func() (approval.Outcome, error)) (approval.Outcome, error) {
		w.endBrowsers()
		return next()
	})
	token, _ := i.confirm(p, ask("4711"))
	i.wantWaiting(i.call("POST", "/v1/approvals", ask("4711").trusting(token)))
	token, _ = i.confirm(p, ask("4711"))
	login, key := ask("4711").trusting(token), header("Idempotency-Key", "once")
	first := i.call("POST", "/v1/approvals", login, key)
	i.wantWaiting(first)
	again := i.call("POST", "/v1/approvals", login, key)
	i.wantWaiting(again)
	if again.text("id") != first.text("id") {
		t.Errorf("the repetition asked anew: %s", again.raw)
	}
}

func TestWhatASecondRequestFindsOfOneThatIsStillLettingInIsAskedWhenTheTrustHasEnded(t *testing.T) {
	t.Parallel()
	arrived, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	i, p := weeklyWith(t, func(_ *world, next func() (approval.Outcome, error)) (approval.Outcome, error) {
		once.Do(func() {
			close(arrived)
			<-goOn
		})
		return next()
	})
	token, _ := i.confirm(p, ask("4711"))
	login, key := ask("4711").trusting(token), header("Idempotency-Key", "once")
	slow := make(chan answer, 1)
	go func() { slow <- i.call("POST", "/v1/approvals", login, key) }()
	<-arrived
	i.endBrowsers()
	second := i.call("POST", "/v1/approvals", login, key)
	close(goOn)
	i.wantWaiting(second)
	first := <-slow
	i.wantWaiting(first)
	if first.text("id") != second.text("id") {
		t.Errorf("one key asked twice: %s\n%s", first.raw, second.raw)
	}
}

func TestAnAnswerWhoseOutcomeWasNeverWrittenCountsForNothing(t *testing.T) {
	t.Parallel()
	broken := &breaks{}
	i, p := weeklyWith(t, func(_ *world, next func() (approval.Outcome, error)) (approval.Outcome, error) {
		return broken.letIn(next)
	})
	login, key := func() question { token, _ := i.confirm(p, ask("4711")); return ask("4711").trusting(token) }, func(k string) func(*http.Request) { return header("Idempotency-Key", k) }

	lasting := login()
	broken.left = 1
	i.call("POST", "/v1/approvals", lasting, key("trusted still")).want(500, "")
	a := i.call("POST", "/v1/approvals", lasting, key("trusted still")).want(201, "")
	if a.text("status") != "approved" || i.call("GET", "/v1/approvals/"+a.text("id"), nil).want(200, "").text("method") != "trusted_browser" {
		t.Errorf("the repetition did not finish what the first had begun: %s", a.raw)
	}

	ended := login()
	broken.left = 1
	i.call("POST", "/v1/approvals", ended, key("ended")).want(500, "")
	i.endBrowsers()
	i.wantWaiting(i.call("POST", "/v1/approvals", ended, key("ended")))

	i.call("POST", "/v1/approvals", lasting, key("trusted still")).want(201, "")
	if b := i.call("POST", "/v1/approvals", lasting, key("trusted still")).want(201, ""); b.text("id") != a.text("id") || b.text("status") != "approved" {
		t.Errorf("what has its outcome is not told again: %s", b.raw)
	}
}

func TestAnAnswerBeforeEnforcementWithoutItsOutcomeIsAskedOnceItIsEnforced(t *testing.T) {
	t.Parallel()
	broken := &breaks{}
	i, _ := weeklyWith(t, func(_ *world, next func() (approval.Outcome, error)) (approval.Outcome, error) {
		return broken.letIn(next)
	})
	later := weekly
	later.EnforcedFrom = map[string]account.Date{"Portal": account.DateOf(i.clock.Now().Add(48 * time.Hour))}
	i.addAccount(i.app, "0815")
	i.put("0815", "soon", later)
	key := header("Idempotency-Key", "once")
	broken.left = 1
	i.call("POST", "/v1/approvals", ask("0815"), key).want(500, "")
	i.put("0815", "soon", weekly)
	first := i.call("POST", "/v1/approvals", ask("0815"), key)
	i.wantWaiting(first)

	// The first answer stands when nobody would be asked any more, and its page can still wait.
	i.put("0815", "soon", later)
	again := i.call("POST", "/v1/approvals", ask("0815"), key)
	i.wantWaiting(again)
	if again.text("id") != first.text("id") {
		t.Errorf("the same request asked twice: %s", again.raw)
	}
}

func TestARepetitionTellsByWhatItsOutcomeLetIn(t *testing.T) {
	t.Parallel()
	broken := &breaks{}
	i, p := weeklyWith(t, func(_ *world, next func() (approval.Outcome, error)) (approval.Outcome, error) {
		return broken.letIn(next)
	})
	token, _ := i.confirm(p, ask("4711"))
	login, key := ask("4711").trusting(token), header("Idempotency-Key", "once")
	broken.left = 1
	i.call("POST", "/v1/approvals", login, key).want(500, "") // it was about to be let in by its browser

	later := weekly
	later.EnforcedFrom = map[string]account.Date{"Portal": account.DateOf(i.clock.Now().Add(48 * time.Hour))}
	i.put("4711", "soon", later)
	i.call("POST", "/v1/accounts/4711/reset", `{"reason":"lost the phone"}`).want(204, "")
	for range 2 {
		a := i.call("POST", "/v1/approvals", login, key).want(201, "")
		if a.text("method") != "not_enforced" || a.text("reason", "code") != "not_enforced" {
			t.Errorf("it is told to have been let in by something else: %s", a.raw)
		}
	}
	i.put("4711", "customer", weekly)
	if a := i.call("POST", "/v1/approvals", login, key).want(201, ""); a.text("method") != "not_enforced" {
		t.Errorf("it is told to have been let in by something else: %s", a.raw)
	}
}
