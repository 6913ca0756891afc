package live

import (
	"context"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
)

var wakeupContract = []clause{
	{"a wake-up reaches those who wait for its topic", wakeTopic},
	{"wake-ups coalesce", wakeCoalesces},
	{"creating wakes the account and progress wakes the approval", wakeByScripts},
	{"every wake-up is shown to the hook", wakeHook},
}

func contextOf(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

// wakeups runs wake-ups until the test ends, and waits for their end.
func (w *world) wakeups() *Wakeups {
	w.t.Helper()
	wakeups, err := w.Wakeups(w.t.Context())
	w.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- wakeups.Run(ctx) }()
	w.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("run: %v", err)
		}
	})
	receives(w.t, "subscribed for the first time", wakeups.Resubscribed())
	return wakeups
}

func wakeTopic(t *testing.T, w *world) {
	wakeups := w.wakeups()
	one, two := newID(t, id.Approval), newID(t, id.Enrolment)
	first, cancelFirst := wakeups.Subscribe(one)
	second, cancelSecond := wakeups.Subscribe(one)
	other, cancelOther := wakeups.Subscribe(two)
	defer cancelOther()
	w.must(w.Wake(t.Context(), one))
	receives(t, "first", first)
	receives(t, "second", second)
	cancelFirst()
	cancelFirst()
	w.must(w.Wake(t.Context(), one, two))
	receives(t, "second again", second)
	receives(t, "other", other)
	if len(first) != 0 || len(other) != 0 {
		t.Fatal("a signal too many")
	}
	cancelSecond()
	wakeups.mu.Lock()
	defer wakeups.mu.Unlock()
	if len(wakeups.waiting) != 1 {
		t.Fatalf("%d topics are kept, want 1", len(wakeups.waiting))
	}
}

func wakeCoalesces(t *testing.T, w *world) {
	wakeups := w.wakeups()
	topic := newID(t, id.Account)
	seen := make(chan struct{}, 10)
	wakeups.OnWake(func(got string) {
		if got == topic {
			seen <- struct{}{}
		}
	})
	signals, cancel := wakeups.Subscribe(topic)
	defer cancel()
	for range 5 {
		w.must(w.Wake(t.Context(), topic))
	}
	for range 5 {
		receives(t, "hook", seen)
	}
	receives(t, "signal", signals)
	if len(signals) != 0 {
		t.Fatal("a second signal")
	}
}

func wakeByScripts(t *testing.T, w *world) {
	wakeups := w.wakeups()
	p := w.pending(newID(t, id.Account), "ins_a")
	account, cancelAccount := wakeups.Subscribe(p.Account)
	defer cancelAccount()
	progress, cancelProgress := wakeups.Subscribe(p.ID)
	defer cancelProgress()
	w.create(p)
	receives(t, "account", account)
	w.must(w.Mark(t.Context(), p.ID, "ins_a", approval.ProgressReceived))
	receives(t, "approval", progress)
}

func wakeHook(t *testing.T, w *world) {
	wakeups := w.wakeups()
	topics := make(chan string, 100)
	wakeups.OnWake(func(topic string) { topics <- topic })
	want := map[string]bool{}
	for range 50 {
		topic := newID(t, id.Approval)
		want[topic] = true
		w.must(w.Wake(t.Context(), topic))
	}
	eventually(t, "all topics were shown", func() bool {
		select {
		case topic := <-topics:
			delete(want, topic)
		default:
		}
		return len(want) == 0
	})
}
