package hub

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/live"
)

const (
	batch = 500 // ids per question to a store
	// overlap is more than the longest transaction: an end becomes visible at most that long after its time.
	overlap = db.MaxTransaction + 5*time.Second
	// breath is the time between two rounds of questions: what comes meanwhile shares the next.
	breath = 5 * time.Millisecond
	// longestOpen bounds how far one question may go back.
	longestOpen = approval.MaxOpen + time.Minute
)

// beat moves the wheel.
func (h *Hub) beat(ctx context.Context) error {
	ticks, stop := h.options.Tick(Beat)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			h.visit(h.options.Now())
		}
	}
}

// follow re-reads those that were woken. While it reads and takes breath, the next batch gathers: under load batches grow, and
// without load nobody waits for one.
func (h *Hub) follow(ctx context.Context) error {
	ticks, stop := h.options.Tick(CatchUp)
	defer stop()
	rested := time.NewTimer(0)
	defer rested.Stop()
	var dirty <-chan struct{} // nil while it rests
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-rested.C:
			dirty = h.dirty
		case <-dirty:
			err = h.reread(ctx)
			dirty = nil
			rested.Reset(breath)
		case <-ticks:
			err = h.catchUp(ctx)
		case <-h.options.Lost:
			err = h.catchUp(ctx)
			h.wakeAll()
		}
		if err != nil && ctx.Err() == nil {
			h.options.Log.WarnContext(ctx, "waiting browsers could not be brought up to date; trying again", "error", err)
		}
	}
}

// catchUp asks once for everything that ended since it last knew, and tells those who wait: this is for wake-ups
// that got lost.
func (h *Hub) catchUp(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readWait)
	defer cancel()
	now, err := h.options.Lasting.Now(ctx)
	if err != nil {
		return err
	}
	if h.known.IsZero() {
		h.known = now
	}
	// However long the store did not answer: whoever waited longer than an approval may be open is settled by the wheel.
	if oldest := now.Add(-longestOpen); h.known.Before(oldest) {
		h.known = oldest
	}
	if h.waiting() {
		ended, err := h.options.Lasting.OutcomesSince(ctx, h.known.Add(-overlap))
		if err != nil {
			return err
		}
		h.mu.Lock()
		for _, e := range ended {
			h.finish(e.Approval, e.Status, e.Method)
		}
		h.mu.Unlock()
	}
	h.known = now
	return nil
}

// reread reads the woken in batches. What could not be read stays woken; the wheel signals it again.
func (h *Hub) reread(ctx context.Context) error {
	ids := h.takeWoken()
	h.metrics.batch.Observe(float64(len(ids)))
	var failed []error
	for chunk := range slices.Chunk(ids, batch) {
		if err := h.readBatch(ctx, chunk); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

func (h *Hub) readBatch(ctx context.Context, ids []string) error {
	ctx, cancel := context.WithTimeout(ctx, readWait)
	defer cancel()
	ended, err := h.options.Lasting.Ends(ctx, ids)
	if err != nil {
		h.putBack(ids)
		return err
	}
	h.mu.Lock()
	for _, e := range ended {
		h.finish(e.Approval, e.Status, e.Method)
	}
	pending := slices.DeleteFunc(ids, func(id string) bool { return h.watches[id] == nil })
	h.mu.Unlock()
	if len(pending) == 0 {
		return nil
	}
	deliveries, err := h.options.Live.Deliveries(ctx, pending)
	if err != nil {
		h.putBack(pending)
		return err
	}
	codes, err := h.codes(ctx, deliveries)
	if err != nil {
		h.putBack(pending)
		return err
	}
	var failed []error
	for _, id := range pending {
		d, known := deliveries[id]
		if known && !h.overdue(id, d.ClosesAt) {
			h.progress(id, d, codes[id])
		} else if err := h.settle(ctx, id); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// codes asks for those approvals only that close later than their phones can answer: no code was sent for the others.
func (h *Hub) codes(ctx context.Context, all map[string]live.Delivery) (map[string]approval.Code, error) {
	var coded []string
	h.mu.Lock()
	for id, d := range all {
		if w, waits := h.watches[id]; waits && d.ClosesAt.After(w.view.ExpiresAt) {
			coded = append(coded, id)
		}
	}
	h.mu.Unlock()
	if h.options.Codes == nil || len(coded) == 0 {
		return nil, nil
	}
	return h.options.Codes.Codes(ctx, coded)
}

// settle looks at one approval that should have ended, or that the live store has forgotten.
func (h *Hub) settle(ctx context.Context, id string) error {
	v, err := h.options.Read(ctx, id)
	lost := errors.Is(err, approval.ErrUnknown)
	if err != nil && !lost {
		h.putBack([]string{id})
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if lost {
		h.release(id, work{code: CloseLost}, func(*watch) {})
	} else if v.Status.Ended() {
		h.finish(id, v.Status, v.Method)
	} else if w, waits := h.watches[id]; waits {
		h.tell(w, false)
	}
	return nil
}

// overdue says whether the approval should have ended: closes is what the live store says, which a code puts off.
func (h *Hub) overdue(id string, closes time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	w, waits := h.watches[id]
	now := h.options.Now()
	return waits && now.After(w.view.ClosesAt) && now.After(closes)
}

func (h *Hub) waiting() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watches) > 0
}

func (h *Hub) takeWoken() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := slices.Collect(maps.Keys(h.woken))
	h.woken = map[string]struct{}{}
	for _, id := range ids {
		if w, waits := h.watches[id]; waits {
			w.asked()
		}
	}
	return ids
}

func (h *Hub) putBack(ids []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		if _, waits := h.watches[id]; waits {
			h.woken[id] = struct{}{}
		}
	}
}

func (h *Hub) wakeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id := range h.watches {
		h.woken[id] = struct{}{}
	}
	h.signal()
}
