package bench

import (
	"context"
	"sync"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/bench/fakes"
)

// bells know which pushes the services have accepted. A push may come before the login service has its answer, so whoever
// comes first, push or phone, makes the bell.
type bells struct {
	mu  sync.Mutex
	all map[ring]*bell
}

// ring is one wake-up of one phone.
type ring struct{ approval, token string }

type bell struct {
	rung chan struct{} // closed once it has rung
	at   time.Time     // of the first time; later ones are repetitions
}

func newBells() *bells { return &bells{all: map[ring]*bell{}} }

func (b *bells) get(r ring) *bell {
	found, ok := b.all[r]
	if !ok {
		found = &bell{rung: make(chan struct{})}
		b.all[r] = found
	}
	return found
}

// hear takes an accepted push.
func (b *bells) hear(p fakes.Push) {
	if p.Type != string(approval.JobApproval) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if found := b.get(ring{p.ID, p.Token}); found.at.IsZero() {
		found.at = p.At
		close(found.rung)
	}
}

// await returns true once the phone is woken, and false after the patience.
func (b *bells) await(ctx context.Context, r ring, patience time.Duration) bool {
	b.mu.Lock()
	rung := b.get(r).rung
	b.mu.Unlock()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-rung:
		return true
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// accepted returns when the push was accepted; zero: it was not.
func (b *bells) accepted(r ring) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if found, ok := b.all[r]; ok {
		return found.at
	}
	return time.Time{}
}
