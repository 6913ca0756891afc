package live

import (
	"slices"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
)

var limitContract = []clause{
	{"fifty creations at once keep to the limit", limitAtOnce},
	{"the limit counts per application and account", limitScope},
	{"what ended, closed or was superseded does not count", limitCountsPending},
	{"alone is refused beside any other application's approval", alone},
	{"beside one without a number every other is refused, of whatever application", besideUnnumbered},
	{"alone creations at once leave one", aloneAtOnce},
	{"a refused creation changes nothing", refusedCreation},
}

func (w *world) refused(c Creation) {
	w.t.Helper()
	_, err := w.Create(w.t.Context(), c)
	w.wants(err, approval.ErrTooMany)
}

func limitAtOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	all := make([]approval.Pending, 50)
	for i := range all {
		all[i] = w.pending(account)
	}
	errs := together(len(all), func(i int) error {
		_, err := w.Create(t.Context(), Creation{Pending: all[i], Limit: 3})
		return err
	})
	created := 0
	for _, err := range errs {
		if err == nil {
			created++
			continue
		}
		w.wants(err, approval.ErrTooMany)
	}
	if ids := w.pendingIDs(account); created != 3 || len(ids) != 3 {
		t.Fatalf("%d created, %d pending, want 3", created, len(ids))
	}
}

func limitScope(t *testing.T, w *world) {
	account := newID(t, id.Account)
	for range 3 {
		w.create(w.pending(account))
	}
	w.refused(Creation{Pending: w.pending(account), Limit: 3})
	other := w.pending(account)
	other.Application = "app_two"
	w.create(other)
	w.create(w.pending(newID(t, id.Account)))
}

func limitCountsPending(t *testing.T, w *world) {
	account := newID(t, id.Account)
	first := w.pending(account)
	first.Session = "s"
	w.create(first)
	w.refused(Creation{Pending: w.pending(account), Limit: 1})

	second := w.pending(account)
	second.Session = "s"
	_, err := w.Create(t.Context(), Creation{Pending: second, Limit: 1})
	w.must(err)

	w.must(w.End(t.Context(), second.ID, "", approval.StatusExpired))
	third := w.pending(account)
	_, err = w.Create(t.Context(), Creation{Pending: third, Limit: 1})
	w.must(err)

	w.clock.advance(approval.DefaultLife)
	_, err = w.Create(t.Context(), Creation{Pending: w.pending(account), Limit: 1, Alone: true})
	w.must(err)
}

func alone(t *testing.T, w *world) {
	account := newID(t, id.Account)
	other := w.pending(account)
	other.Application = "app_two"
	w.create(other)
	w.refused(Creation{Pending: w.pending(account), Limit: 1, Alone: true})
	w.must(w.End(t.Context(), other.ID, "", approval.StatusExpired))
	_, err := w.Create(t.Context(), Creation{Pending: w.pending(account), Limit: 1, Alone: true})
	w.must(err)
}

func besideUnnumbered(t *testing.T, w *world) {
	account := newID(t, id.Account)
	bare := w.pending(account, "ins_a")
	bare.Number, bare.Session = "", "s"
	w.create(bare)
	other := w.pending(account, "ins_a")
	other.Application, other.Session = "app_two", "s"
	w.refused(Creation{Pending: other, Limit: 3})
	w.refused(Creation{Pending: w.pending(account, "ins_a"), Limit: 3})
	if ids := w.pendingIDs(account); !slices.Equal(ids, []string{bare.ID}) {
		t.Fatalf("pending %v, want %s only", ids, bare.ID)
	}
	w.create(w.pending(newID(t, id.Account), "ins_a"))

	same := w.pending(account, "ins_a")
	same.Session = "s"
	w.create(same) // takes its place
	w.create(other)

	account = newID(t, id.Account)
	bare = w.pending(account, "ins_a")
	bare.Number = ""
	w.create(bare)
	w.must(w.End(t.Context(), bare.ID, "", approval.StatusExpired))
	w.create(w.pending(account, "ins_a"))
}

func aloneAtOnce(t *testing.T, w *world) {
	account := newID(t, id.Account)
	all := make([]approval.Pending, 20)
	for i := range all {
		all[i] = w.pending(account)
		all[i].Application = []string{"app_one", "app_two"}[i%2]
	}
	together(len(all), func(i int) error {
		_, err := w.Create(t.Context(), Creation{Pending: all[i], Limit: 1, Alone: true})
		return err
	})
	if ids := w.pendingIDs(account); len(ids) != 1 {
		t.Fatalf("pending %v, want one", ids)
	}
}

func refusedCreation(t *testing.T, w *world) {
	account := newID(t, id.Account)
	sameSession, other := w.pending(account), w.pending(account)
	sameSession.Session = "s"
	w.create(sameSession)
	w.create(other)
	w.drain()
	p := w.pending(account, "ins_a")
	p.Session = "s"
	idempotency := &Idempotency{Key: "k", Answer: []byte("a")}
	w.refused(Creation{Pending: p, Limit: 1, Idempotency: idempotency})

	got, err := w.Pending(t.Context(), sameSession.ID)
	w.must(err)
	if got.Superseded {
		t.Fatal("a refused creation superseded another")
	}
	_, err = w.Pending(t.Context(), p.ID)
	w.wants(err, approval.ErrUnknown)
	if jobs := w.drain(); len(jobs) != 0 {
		t.Fatalf("a refused creation queued %d pushes", len(jobs))
	}
	created, err := w.Create(t.Context(), Creation{Pending: p, Limit: 2, Idempotency: idempotency})
	w.must(err)
	if created.Answer != nil || !slices.Equal(created.Superseded, []string{sameSession.ID}) {
		t.Fatalf("created %+v", created)
	}
}
