package live

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
)

var pushLimitContract = []clause{
	{"of fifty creations at once five are pushed", fivePushedAtOnce},
	{"there is room for a push when the oldest has aged", pushesAge},
	{"a push counts for its window and no longer", pushWindow},
	{"a resend counts as a push and is refused beyond the limit", resendsCount},
	{"of many resends at once no more are carried out than there is room for", resendsAtOnce},
	{"an approve makes room for pushes again", approveMakesRoom},
	{"time-outs, cancels and lost pushes make no room", timeOutsMakeNoRoom},
	{"the limit is the account's, whichever application asks", limitIsTheAccounts},
	{"a creation that is repeated is one push and says what the first said", repeatedPush},
	{"the caller can keep phones from being woken", callerHoldsPush},
	{"where no phone can be woken no push is counted", noAddress},
	{"phones that wait for questions learn of one that is not pushed", unpushedWakes},
	{"nothing is left of the counters after their windows", countersExpire},
}

// push creates an approval of the account for one phone. There is room for any number of them.
func (w *world) push(account string) (approval.Pending, Created) {
	w.t.Helper()
	p := w.pending(account, "ins_a")
	created, err := w.Create(w.t.Context(), Creation{Pending: p, Limit: 1000})
	w.must(err)
	return p, created
}

func (w *world) pushes(account string, n int) {
	w.t.Helper()
	for range n {
		if _, created := w.push(account); !created.Pushed || created.NoPush != "" || !created.NoPushUntil.IsZero() {
			w.t.Fatalf("created %+v, want it pushed", created)
		}
	}
}

func (w *world) wantHeld(c Created, why string, until time.Time) {
	w.t.Helper()
	if c.Pushed || c.NoPush != why || c.NoPushUntil.Sub(until).Abs() > 5*time.Second {
		w.t.Fatalf("created %+v, want it held because of %s until about %v", c, why, until)
	}
}

func (w *world) wantLimits(account string, want Limits) {
	w.t.Helper()
	got, err := w.Limits(w.t.Context(), account)
	w.must(err)
	if got.Pushes != want.Pushes || got.Denies != want.Denies || got.PausedUntil.Sub(want.PausedUntil).Abs() > 5*time.Second {
		w.t.Fatalf("limits %+v, want about %+v", got, want)
	}
}

func fivePushedAtOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	all := make([]approval.Pending, 50)
	for i := range all {
		all[i] = w.pending(account, "ins_a", "ins_b")
	}
	pushed := 0
	for _, created := range together(len(all), func(i int) Created {
		created, err := w.Create(t.Context(), Creation{Pending: all[i], Limit: len(all)})
		if err != nil {
			t.Error(err)
		}
		return created
	}) {
		if created.Pushed {
			pushed++
			continue
		}
		w.wantHeld(created, NoPushLimit, w.now().Add(w.limits.Window))
	}
	if jobs := w.drain(); pushed != 5 || len(jobs) != 10 {
		t.Fatalf("%d pushed, %d jobs, want 5 for two phones each", pushed, len(jobs))
	}
	if ids := w.pendingIDs(account); len(ids) != len(all) {
		t.Fatalf("%d pending, want all %d", len(ids), len(all))
	}
	w.wantLimits(account, Limits{Pushes: 5})
}

func pushesAge(t *testing.T, w *world) {
	account := newID(t, id.Account)
	first := w.now()
	w.pushes(account, 1)
	w.advance(9 * time.Minute)
	w.pushes(account, 4)
	_, created := w.push(account)
	w.wantHeld(created, NoPushLimit, first.Add(10*time.Minute))
	w.advance(time.Minute)
	w.wantLimits(account, Limits{Pushes: 4})
	second := w.now().Add(-time.Minute)
	w.pushes(account, 1)
	_, created = w.push(account)
	w.wantHeld(created, NoPushLimit, second.Add(10*time.Minute))
	kept, err := w.client.ZCard(t.Context(), pushesKey(account)).Result()
	w.must(err)
	if kept != 5 {
		t.Fatalf("%d pushes are kept, want those five that count", kept)
	}
}

func pushWindow(t *testing.T, w *world) {
	account := newID(t, id.Account)
	start := w.now().Truncate(time.Microsecond)
	w.clock.stop(start)
	w.pushes(account, 5)
	w.clock.stop(start.Add(w.limits.Window - time.Microsecond))
	_, created := w.push(account)
	w.wantHeld(created, NoPushLimit, start.Add(w.limits.Window))
	w.wantLimits(account, Limits{Pushes: 5})
	w.clock.stop(start.Add(w.limits.Window))
	w.wantLimits(account, Limits{})
	w.pushes(account, 5)
}

// long creates an approval that can be pushed again for ten minutes.
func (w *world) long(account string, c Creation) approval.Pending {
	w.t.Helper()
	c.Pending, c.Limit = w.pending(account, "ins_a"), 1000
	c.Pending.ExpiresAt = c.Pending.CreatedAt.Add(approval.MaxLife)
	c.Pending.ClosesAt = c.Pending.ExpiresAt
	_, err := w.Create(w.t.Context(), c)
	w.must(err)
	return c.Pending
}

func (w *world) wantWait(err, want error, wait time.Duration) {
	w.t.Helper()
	w.wants(err, want)
	var shown *refusal.Error
	if errors.As(err, &shown); (shown.RetryAfter - wait).Abs() > 5*time.Second {
		w.t.Fatalf("retry after %v, want about %v", shown.RetryAfter, wait)
	}
}

func resendsCount(t *testing.T, w *world) {
	account := newID(t, id.Account)
	p := w.long(account, Creation{})
	for _, request := range []string{"req_1", "req_2"} {
		for range 2 { // the second is the first, sent again
			w.must(w.Resend(t.Context(), p.ID, request))
		}
		w.advance(approval.ResendInterval)
	}
	w.wantLimits(account, Limits{Pushes: 3})
	w.pushes(account, 2)
	w.drain()
	w.wantWait(w.Resend(t.Context(), p.ID, "req_3"), approval.ErrPushLimit, 10*time.Minute-2*approval.ResendInterval)
	w.must(w.Resend(t.Context(), p.ID, "req_2"))
	if jobs := w.drain(); len(jobs) != 0 {
		t.Fatalf("%d pushes beyond the limit", len(jobs))
	}
	q, created := w.push(account)
	w.wantHeld(created, NoPushLimit, p.CreatedAt.Add(10*time.Minute))
	w.wantWait(w.Resend(t.Context(), q.ID, "req_1"), approval.ErrPushLimit, 10*time.Minute-2*approval.ResendInterval)

	w.must(w.End(t.Context(), q.ID, "ins_a", approval.StatusApproved))
	w.drain()
	w.must(w.Resend(t.Context(), p.ID, "req_3")) // what was refused was not used up
	if jobs := w.drain(); len(jobs) != 1 {
		t.Fatalf("%d pushes, want one", len(jobs))
	}
}

func resendsAtOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	all := make([]approval.Pending, 20)
	for i := range all {
		all[i] = w.long(account, Creation{}) // five of them are pushed
	}
	w.advance(approval.MaxLife - time.Minute)
	w.limits.Most = 12
	w.drain()
	done := 0
	for _, err := range together(len(all), func(i int) error { return w.Resend(t.Context(), all[i].ID, "req") }) {
		if err == nil {
			done++
			continue
		}
		w.wants(err, approval.ErrPushLimit)
	}
	if jobs := w.drain(); done != 7 || len(jobs) != 7 {
		t.Fatalf("%d resends, %d jobs, want 7", done, len(jobs))
	}
}

func approveMakesRoom(t *testing.T, w *world) {
	account := newID(t, id.Account)
	w.pushes(account, 5)
	p, created := w.push(account)
	w.wantHeld(created, NoPushLimit, w.now().Add(10*time.Minute))
	for range 3 {
		w.must(w.End(t.Context(), p.ID, "ins_a", approval.StatusApproved))
	}
	w.wantLimits(account, Limits{})
	w.pushes(account, 5)
	w.must(w.End(t.Context(), p.ID, "ins_a", approval.StatusApproved)) // once more, late
	w.wantLimits(account, Limits{Pushes: 5})
}

func timeOutsMakeNoRoom(t *testing.T, w *world) {
	account := newID(t, id.Account)
	for _, status := range []approval.Status{approval.StatusExpired, approval.StatusCancelled, approval.StatusSuperseded, approval.StatusExpired} {
		p, created := w.push(account)
		if !created.Pushed {
			t.Fatalf("created %+v", created)
		}
		w.must(w.Mark(t.Context(), p.ID, "ins_a", approval.ProgressFailed))
		w.must(w.End(t.Context(), p.ID, "", status))
	}
	w.wantLimits(account, Limits{Pushes: 4})
	w.pushes(account, 1)
	_, created := w.push(account)
	w.wantHeld(created, NoPushLimit, w.now().Add(10*time.Minute))
}

func limitIsTheAccounts(t *testing.T, w *world) {
	account := newID(t, id.Account)
	for i := range 6 {
		p := w.pending(account, "ins_a")
		p.Application = "app_" + string(rune('a'+i))
		created := w.create(p)
		if created.Pushed != (i < 5) {
			t.Fatalf("creation %d: %+v", i, created)
		}
	}
	w.pushes(w.neighbour(account), 5)
}

// neighbour returns another account of the same partition.
func (w *world) neighbour(account string) string {
	w.t.Helper()
	for {
		if other := newID(w.t, id.Account); approval.PartitionOf(other) == approval.PartitionOf(account) {
			return other
		}
	}
}

func repeatedPush(t *testing.T, w *world) {
	account := newID(t, id.Account)
	creation := func(key string) Creation {
		return Creation{Pending: w.pending(account, "ins_a"), Limit: 10, Idempotency: &Idempotency{Key: key, Answer: []byte("a")}}
	}
	pushed := creation("one")
	first := w.runTwice(pushed)
	w.wantLimits(account, Limits{Pushes: 1})
	w.pushes(account, 4)
	held := creation("two")
	second := w.runTwice(held)
	w.wantHeld(second, NoPushLimit, w.now().Add(10*time.Minute))
	w.advance(5 * time.Minute)
	w.must(w.client.Del(t.Context(), pushesKey(account), deniesKey(account)).Err())

	for _, c := range []struct {
		creation Creation
		want     Created
	}{{pushed, first}, {held, second}} {
		got, err := w.Create(t.Context(), c.creation)
		w.must(err)
		if !reflect.DeepEqual(got, c.want) {
			t.Fatalf("the same approval again: %+v, want %+v", got, c.want)
		}
		c.creation.Pending, c.want.Answer = w.pending(account, "ins_a"), []byte("a")
		c.want.Superseded = nil
		got, err = w.Create(t.Context(), c.creation)
		w.must(err)
		if !reflect.DeepEqual(got, c.want) {
			t.Fatalf("the same request again: %+v, want %+v", got, c.want)
		}
	}
	if jobs := w.drain(); len(jobs) != 5 {
		t.Fatalf("%d jobs, want 5", len(jobs))
	}
}

// runTwice creates as a client does whose first answer was lost.
func (w *world) runTwice(c Creation) Created {
	w.t.Helper()
	keys, args, err := c.script(w.now(), w.limits)
	w.must(err)
	var answers [2]Created
	for i := range answers {
		answer, err := w.run(w.t.Context(), createScript, keys, args...).Slice()
		w.must(err)
		answers[i], err = decodeCreated(answer)
		w.must(err)
	}
	if !reflect.DeepEqual(answers[0], answers[1]) {
		w.t.Fatalf("first %+v, then %+v", answers[0], answers[1])
	}
	return answers[0]
}

func callerHoldsPush(t *testing.T, w *world) {
	account := newID(t, id.Account)
	p := w.long(account, Creation{NoPush: "reported-session"})
	q := w.pending(account, "ins_a")
	created := w.runTwice(Creation{Pending: q, Limit: 2, NoPush: "reported-session"})
	if created.Pushed || created.NoPush != "reported-session" || !created.NoPushUntil.IsZero() {
		t.Fatalf("created %+v", created)
	}
	w.wantLimits(account, Limits{})
	if ids := w.pendingIDs(account); !slices.Equal(ids, []string{p.ID, q.ID}) {
		t.Fatalf("phones see %v", ids)
	}
	// Whoever has the browser of a reported session must not get by with a resend.
	w.wantWait(w.Resend(t.Context(), p.ID, "req_a"), approval.ErrPushPaused, 0)
	if jobs := w.drain(); len(jobs) != 0 {
		t.Fatalf("%d pushes", len(jobs))
	}
	w.pushes(account, 5)
}

func noAddress(t *testing.T, w *world) {
	account := newID(t, id.Account)
	for range 6 {
		p := w.pending(account)
		created, err := w.Create(t.Context(), Creation{Pending: p, Limit: 10})
		w.must(err)
		if created.Pushed || created.NoPush != NoPushAddress || !created.NoPushUntil.IsZero() {
			t.Fatalf("created %+v", created)
		}
		w.must(w.Resend(t.Context(), p.ID, "req_a"))
	}
	w.wantLimits(account, Limits{})
}

func unpushedWakes(t *testing.T, w *world) {
	account := newID(t, id.Account)
	wakeups := w.wakeups()
	signals, stop := wakeups.Subscribe(account)
	defer stop()
	_, err := w.Create(t.Context(), Creation{Pending: w.pending(account, "ins_a"), Limit: 1, NoPush: "reported-network"})
	w.must(err)
	receives(t, "a phone that waits learns of a question that is not pushed", signals)
}

func countersExpire(t *testing.T, w *world) {
	account := newID(t, id.Account)
	p, _ := w.push(account)
	w.must(w.End(t.Context(), p.ID, "", approval.StatusDenied))
	for key, want := range map[string]time.Duration{pushesKey(account): w.limits.Window, deniesKey(account): w.limits.Memory} {
		life, err := w.client.PTTL(t.Context(), key).Result()
		w.must(err)
		if life > want || life < want-time.Minute {
			t.Fatalf("%s lives %v, want %v", key, life, want)
		}
	}
	w.flush()
	const short = 300 * time.Millisecond
	w.limits = PushLimits{Most: 1, Window: short, Denies: 1, Pauses: []time.Duration{short}, Memory: short}
	for range 2 {
		p, _ := w.push(account)
		w.must(w.End(t.Context(), p.ID, "", approval.StatusDenied))
	}
	eventually(t, "the counters are gone", func() bool { return len(w.counters()) == 0 })
	w.wantLimits(account, Limits{})
	w.pushes(account, 1)
}

// counters returns the keys that belong to accounts, but for the index of what is pending.
func (w *world) counters() []string {
	w.t.Helper()
	keys := slices.DeleteFunc(w.keys(), func(key string) bool {
		return !strings.Contains(key, id.Account) || strings.Contains(key, "}:acc:")
	})
	return keys
}
