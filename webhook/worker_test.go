package webhook_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
	"github.com/jawort/jawort/webhook"
)

func verify(w *world, secret string, r received) error {
	w.Helper()
	v, err := standardwebhooks.NewWebhook(secret)
	w.must(err)
	return v.Verify(r.body, r.header)
}

func TestWhatArrivesIsSignedAsTheOfficialLibraryWantsIt(t *testing.T) {
	w := inMemory(t)
	r := w.receiver(status(204))
	endpoint, secret := w.endpoint(r.URL + "/hooks?token=hidden")
	q := w.settled()
	worker, _ := w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	got := next(w, r.got)
	w.must(verify(w, secret, got))
	if verify(w, secret[:len(secret)-4]+"AAA=", got) == nil {
		t.Error("another secret verifies too")
	}
	next(w, q.told)
	d := w.delivery(endpoint)
	if got.id() != d.ID || got.header.Get("Content-Type") != "application/json" || !strings.Contains(string(got.body), `"type":"device.revoked"`) {
		t.Errorf("got %v %s", got.header, got.body)
	}
	if d.State != webhook.Delivered || len(d.Log) != 1 || d.Log[0].Status != 204 || d.Log[0].Reason != "" {
		t.Errorf("delivered %+v", d)
	}
	w.wantNotLogged(strings.TrimPrefix(secret, "whsec_"), "hidden", r.URL)
}

func TestAfterARotationBothSecretsVerifyForADay(t *testing.T) {
	w := inMemory(t)
	r := w.receiver(status(200))
	endpoint, old := w.endpoint(r.URL)
	fresh := "whsec_" + strings.Repeat("QUFB", 11)
	_, err := w.store.Rotate(t.Context(), w.tenant, endpoint, w.seal(fresh), outbox.Actor{})
	w.must(err)
	q := w.settled()
	worker, kill := w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	got := next(w, r.got)
	w.must(verify(w, old, got))
	w.must(verify(w, fresh, got))
	next(w, q.told)
	kill() // no lane has read the secrets of before
	w.after(25 * time.Hour)
	worker, _ = w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	got = next(w, r.got)
	w.must(verify(w, fresh, got))
	if verify(w, old, got) == nil {
		t.Error("the old secret still signs")
	}
}

// The clock moves; the pauses that a failing endpoint is left alone for are those of Standard Webhooks, and never shorter.
func TestAFailingDeliveryIsTriedTenTimesOverThreeDays(t *testing.T) {
	w := inMemory(t)
	r := w.receiver(status(500))
	endpoint, _ := w.endpoint(r.URL)
	q := w.settled()
	worker, _ := w.worker(q)
	w.happen("device.revoked")
	var at time.Duration
	var first string
	for attempt, pause := range []time.Duration{
		0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	} {
		if attempt > 0 {
			next := w.delivery(endpoint).NextAt.Sub(w.delivery(endpoint).Log[0].At)
			if next < pause || next > pause+pause/10+time.Second {
				t.Errorf("after %d attempts it waits for %v, want about %v", attempt, next, pause)
			}
			at += pause + pause/10 + 2*time.Second
			w.after(at)
		}
		worker.Nudge()
		got := next(w, r.got)
		if first == "" {
			first = got.id()
		}
		next(w, q.told)
		d := w.delivery(endpoint)
		if got.id() != first || d.Attempts != attempt+1 || (d.State == webhook.Failed) != (attempt == 9) {
			t.Errorf("attempt %d: %+v", attempt+1, d)
		}
	}
	w.after(at + 48*time.Hour)
	due, err := w.store.Due(t.Context())
	w.must(err)
	if len(due) != 0 {
		t.Error("what was given up is due again")
	}
}

func TestWhatAnEndpointAnswersDecidesWhatFollows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		state   webhook.State
		pause   time.Duration
		enabled bool
	}{
		"200: delivered":                     {status(200), webhook.Delivered, 0, true},
		"202: delivered":                     {status(202), webhook.Delivered, 0, true},
		"301: again, not followed":           {status(301, "Location", "/elsewhere"), webhook.Pending, 5 * time.Second, true},
		"400: again":                         {status(400), webhook.Pending, 5 * time.Second, true},
		"404: again":                         {status(404), webhook.Pending, 5 * time.Second, true},
		"410: disabled":                      {status(410), webhook.Failed, 0, false},
		"429 with Retry-After: as long":      {status(429, "Retry-After", "600"), webhook.Pending, 10 * time.Minute, true},
		"503 with Retry-After: as long":      {status(503, "Retry-After", "900"), webhook.Pending, 15 * time.Minute, true},
		"503 with a short one: the schedule": {status(503, "Retry-After", "1"), webhook.Pending, 5 * time.Second, true},
		"503 with an endless one: a day":     {status(503, "Retry-After", "99999999"), webhook.Pending, 24 * time.Hour, true},
		"500 with Retry-After: the schedule": {status(500, "Retry-After", "600"), webhook.Pending, 5 * time.Second, true},
		"an answer that ends early: accepted": {func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Length", "100")
			rw.WriteHeader(200)
		}, webhook.Delivered, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t)
			r := w.receiver(c.answer)
			endpoint, _ := w.endpoint(r.URL)
			q := w.settled()
			worker, _ := w.worker(q)
			w.happen("device.revoked")
			worker.Nudge()
			next(w, q.told)
			d := w.delivery(endpoint)
			if d.State != c.state {
				t.Errorf("it is %s, want %s", d.State, c.state)
			}
			if pause := d.NextAt.Sub(d.Log[0].At); c.state == webhook.Pending && (pause < c.pause || pause > c.pause+c.pause/10+10*time.Second) {
				t.Errorf("it waits for %v, want %v", pause, c.pause)
			}
			e, err := w.store.Endpoint(t.Context(), w.tenant, endpoint)
			w.must(err)
			if e.Enabled != c.enabled || len(r.got) != 1 {
				t.Errorf("enabled is %t after %d requests", e.Enabled, len(r.got))
			}
		})
	}
}

func TestAReceiverThatDiesInTheMiddleIsTriedAgain(t *testing.T) {
	w := inMemory(t)
	r := w.receiver(func(rw http.ResponseWriter, _ *http.Request) {
		conn, out, err := rw.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = out.WriteString("HTTP/1.1 20")
		_ = out.Flush()
		_ = conn.Close()
	})
	endpoint, _ := w.endpoint(r.URL)
	q := w.settled()
	worker, _ := w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	first := next(w, r.got)
	if told := next(w, q.told); told.Status != 0 || told.Reason == "" || w.delivery(endpoint).State != webhook.Pending {
		t.Errorf("told %+v", told)
	}
	r.answers(status(200))
	w.after(6 * time.Second)
	worker.Nudge()
	if again := next(w, r.got); again.id() != first.id() {
		t.Errorf("came as %s, then as %s", first.id(), again.id())
	}
	next(w, q.told)
	if d := w.delivery(endpoint); d.State != webhook.Delivered || d.Attempts != 2 {
		t.Errorf("delivered %+v", d)
	}
}

func TestAReceiverThatHangsHoldsUpNoOther(t *testing.T) {
	w := inMemory(t)
	release := make(chan struct{})
	hanging, good := w.receiver(func(http.ResponseWriter, *http.Request) { <-release }), w.receiver(status(200))
	t.Cleanup(func() { close(release) }) // before the server is closed
	w.endpoint(hanging.URL)
	w.endpoint(good.URL)
	worker, _ := w.worker(w.store)
	const events = 20
	for range events {
		w.happen("device.revoked")
	}
	worker.Nudge()
	seen := map[string]bool{}
	for range events {
		seen[next(w, good.got).id()] = true
	}
	if len(seen) != events {
		t.Errorf("%d of %d arrived", len(seen), events)
	}
	for range 4 {
		next(w, hanging.got)
	}
	worker.Nudge()
	w.happen("device.revoked")
	worker.Nudge()
	next(w, good.got)
	if n := len(hanging.got); n != 0 {
		t.Errorf("%d more attempts at the one that hangs", n)
	}
}

func TestAReceiverThatHangsIsLeftAfterTheTimeout(t *testing.T) {
	w := inMemory(t)
	release := make(chan struct{})
	hanging := w.receiver(func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	w.sender.Timeout = 300 * time.Millisecond
	w.endpoint(hanging.URL)
	q := w.settled()
	worker, _ := w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	if told := next(w, q.told); told.Reason != "timeout" || told.Took < 300*time.Millisecond || told.Took > patience {
		t.Errorf("told %+v", told)
	}
	if told := w.log.String(); !strings.Contains(told, `"result":"timeout"`) {
		t.Errorf("the log lacks the result: %s", told)
	}
}

func TestAReceiverThatFailedIsTriedByOneLane(t *testing.T) {
	w := inMemory(t)
	release := make(chan struct{})
	bad, good := w.receiver(status(500)), w.receiver(status(200))
	t.Cleanup(func() { close(release) }) // before the server is closed
	w.endpoint(bad.URL)
	q := w.settled()
	worker, _ := w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	next(w, bad.got)
	next(w, q.told)
	bad.answers(func(http.ResponseWriter, *http.Request) { <-release })
	w.endpoint(good.URL)
	const events = 10
	for range events {
		w.happen("device.revoked")
	}
	worker.Nudge()
	for range events {
		next(w, good.got)
	}
	next(w, bad.got)
	if n := len(bad.got); n != 0 {
		t.Errorf("%d more attempts are under way", n)
	}
}

func TestTwoWorkersMakeNoAttemptTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, pgtest.New(t))
	r := w.receiver(status(200))
	w.endpoint(r.URL)
	q := w.settled()
	const events = 60
	for range events {
		w.happen("device.revoked")
	}
	for range 3 {
		worker, _ := w.worker(q)
		worker.Nudge()
	}
	for range events {
		next(w, q.told)
	}
	seen := map[string]int{}
	for range events {
		seen[next(w, r.got).id()]++
	}
	if len(seen) != events || len(r.got) != 0 {
		t.Errorf("%d deliveries arrived, and %d more than once", len(seen), len(r.got))
	}
}

// A worker that is killed between sending and writing down has sent; nobody can know. It comes again under its id.
func TestAfterACrashBetweenSendingAndWritingDownItComesAgainUnderTheSameID(t *testing.T) {
	w := inMemory(t)
	r := w.receiver(status(200))
	endpoint, secret := w.endpoint(r.URL)
	crashing := &crashing{Queue: w.store, crashed: make(chan struct{})}
	worker, kill := w.worker(crashing)
	w.happen("device.revoked")
	worker.Nudge()
	first := next(w, r.got)
	<-crashing.crashed
	kill()
	q := w.settled()
	second, _ := w.worker(q)
	second.Nudge()
	w.happen("account.changed") // proves that the second worker works
	second.Nudge()
	if other := next(w, r.got); other.id() == first.id() {
		t.Fatal("it came again while its lease lasted")
	}
	next(w, q.told)
	w.after(2 * time.Minute)
	second.Nudge()
	again := next(w, r.got)
	next(w, q.told)
	if again.id() != first.id() || string(again.body) != string(first.body) {
		t.Errorf("came as %s, then as %s", first.id(), again.id())
	}
	w.must(verify(w, secret, again))
	due, err := w.store.Due(t.Context())
	w.must(err)
	if len(due) != 0 {
		t.Errorf("still due for %v of %s", due, endpoint)
	}
}

func TestASecretThatCannotBeOpenedIsToldToTheOperatorAndNobodyElse(t *testing.T) {
	w := inMemory(t)
	r := w.receiver(status(200))
	endpoint, secret := w.endpoint(r.URL)
	q := w.settled()
	other, err := keys.Generate()
	w.must(err)
	w.keys = other
	worker, _ := w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	if told := next(w, q.told); told.Reason != "secret-unusable" || len(r.got) != 0 {
		t.Errorf("told %+v after %d requests", told, len(r.got))
	}
	if !strings.Contains(w.log.String(), endpoint) {
		t.Errorf("the log does not name the webhook: %s", w.log)
	}
	w.wantNotLogged(strings.TrimPrefix(secret, "whsec_"))
}
