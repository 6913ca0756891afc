package live

import (
	"bytes"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
)

var rememberContract = []clause{
	{"an answer that asked nobody is given again to the same request", rememberAnswer},
	{"fifty equal requests at once remember one answer", rememberAtOnce},
	{"a creation finds what was remembered, and the other way round", rememberAndCreate},
	{"an answer that is dropped is kept no more, and none but it is dropped", dropAnswer},
	{"a remembered answer belongs to application and account and lives a day", scopeOfRemembered},
}

func answerTo(key string, request byte, answer string) *Idempotency {
	return &Idempotency{Key: key, Request: [32]byte{request}, Answer: []byte(answer)}
}

func (w *world) wantKept(account string, i *Idempotency, want []byte) {
	w.t.Helper()
	kept, err := w.Remember(w.t.Context(), "app_one", account, i)
	w.must(err)
	if !bytes.Equal(kept, want) || (kept == nil) != (want == nil) {
		w.t.Fatalf("kept %q, want %q", kept, want)
	}
}

func rememberAnswer(t *testing.T, w *world) {
	account := newID(t, id.Account)
	for range 2 { // the second is the first, sent again
		w.wantKept(account, answerTo("k", 1, "first\x00\xff"), nil)
	}
	w.wantKept(account, answerTo("k", 1, "second"), []byte("first\x00\xff"))
	_, err := w.Remember(t.Context(), "app_one", account, answerTo("k", 2, "first\x00\xff"))
	w.wants(err, approval.ErrKeyReused)
	w.wantKept(account, answerTo("k", 1, "third"), []byte("first\x00\xff"))
	w.wantKept(account, answerTo("other", 2, "other"), nil)
	before := len(w.keys())
	for range 2 {
		w.wantKept(account, nil, nil)
	}
	if n := len(w.keys()); n != before {
		t.Fatalf("without a key something was kept: %d keys, then %d", before, n)
	}
}

func rememberAtOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	first, given := 0, map[string]bool{}
	for i, kept := range together(50, func(i int) []byte {
		kept, err := w.Remember(t.Context(), "app_one", account, answerTo("k", 1, string(rune('A'+i))))
		if err != nil {
			t.Error(err)
		}
		return kept
	}) {
		if kept == nil {
			first++
			kept = []byte(string(rune('A' + i)))
		}
		given[string(kept)] = true
	}
	if first != 1 || len(given) != 1 {
		t.Fatalf("%d were the first, answers %v", first, given)
	}
}

func rememberAndCreate(t *testing.T, w *world) {
	account := newID(t, id.Account)
	create := func(i *Idempotency) (Created, error) {
		return w.Create(t.Context(), Creation{Pending: w.pending(account, "ins_a"), Limit: 3, Idempotency: i})
	}
	w.wantKept(account, answerTo("remembered", 1, "nobody was asked"), nil)
	created, err := create(answerTo("remembered", 1, "asked"))
	w.must(err)
	if string(created.Answer) != "nobody was asked" || created.Pushed || created.NoPush != NoPushUnasked {
		t.Fatalf("created %+v", created)
	}
	_, err = create(answerTo("remembered", 2, "asked"))
	w.wants(err, approval.ErrKeyReused)
	if ids := w.pendingIDs(account); len(ids) != 0 {
		t.Fatalf("pending %v", ids)
	}

	_, err = create(answerTo("created", 1, "asked"))
	w.must(err)
	w.wantKept(account, answerTo("created", 1, "nobody was asked"), []byte("asked"))
	_, err = w.Remember(t.Context(), "app_one", account, answerTo("created", 2, "asked"))
	w.wants(err, approval.ErrKeyReused)
}

func dropAnswer(t *testing.T, w *world) {
	account := newID(t, id.Account)
	drop := func(application, account, key, answer string) {
		t.Helper()
		w.must(w.Drop(t.Context(), application, account, key, []byte(answer)))
	}
	w.wantKept(account, answerTo("k", 1, "first"), nil)
	drop("app_one", account, "k", "second")
	drop("app_one", account, "other", "first")
	drop("app_two", account, "k", "first")
	w.wantKept(account, answerTo("k", 1, "second"), []byte("first"))
	for range 2 {
		drop("app_one", account, "k", "first")
	}
	w.wantKept(account, answerTo("k", 2, "second"), nil)
	drop("app_one", account, "k", "first")
	w.wantKept(account, answerTo("k", 2, "third"), []byte("second"))
	if n := len(w.keys()); n != 1 {
		t.Fatalf("%d keys are kept, want 1", n)
	}
}

func scopeOfRemembered(t *testing.T, w *world) {
	one, two := newID(t, id.Account), newID(t, id.Account)
	for _, c := range []struct{ application, account string }{{"app_one", one}, {"app_two", one}, {"app_one", two}} {
		kept, err := w.Remember(t.Context(), c.application, c.account, answerTo("k", 1, c.application+c.account))
		w.must(err)
		if kept != nil {
			t.Fatalf("%v sees another's answer %q", c, kept)
		}
	}
	life, err := w.client.PTTL(t.Context(), idempotencyKey("app_one", one, "k")).Result()
	w.must(err)
	if life > 24*time.Hour || life < 24*time.Hour-time.Minute {
		t.Fatalf("the answer lives %v, want a day", life)
	}
}
