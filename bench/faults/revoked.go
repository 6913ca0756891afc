package faults

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/phone"
)

// leaver is an account of whose two phones one is revoked while things are bad, and then goes on.
type leaver struct {
	*witness
	account    string
	kept, lost holder
	refused    atomic.Int64 // answers of the lost phone that were
	broken     []string
}

const leavers = 4

func (w *witness) leavers(ctx context.Context, n int) (all []*leaver, err error) {
	for i := range n {
		l := &leaver{witness: w, account: "leaver-" + strconv.Itoa(i)}
		phones, err := w.register(ctx, l.account, 2)
		if err != nil {
			return nil, err
		}
		l.kept, l.lost = phones[0], phones[1]
		all = append(all, l)
	}
	return all, nil
}

// run revokes at its time, and from the acknowledgement on lets the lost phone answer what its owner is asked, until ctx ends.
func (l *leaver) run(ctx context.Context, at time.Duration) {
	if !backoff.Wait(ctx, at) {
		return
	}
	if !until(ctx, func() bool { return l.service.RevokeDevice(ctx, l.account, l.lost.device) == nil }) {
		return
	}
	for backoff.Wait(ctx, pace) {
		l.steal(ctx)
	}
}

// steal lets the lost phone approve a question that the other phone was asked.
func (l *leaver) steal(ctx context.Context) {
	a, err := l.ask(ctx, l.account)
	if err != nil {
		return
	}
	defer func() { _ = l.service.CancelApproval(ctx, a.ID) }()
	item, ok := l.kept.item(ctx, a.ID)
	if !ok {
		return
	}
	item.Device = l.lost.device
	answer, err := l.lost.Decide(ctx, item, phone.Approve, a.Number)
	switch {
	case err == nil:
		l.broken = append(l.broken, fmt.Sprintf("invariant 4: %s was revoked, and answered %s: %s", l.lost.device, a.ID, answer.Status))
	case phone.Code(err) == phone.CodeUnauthorized:
		l.refused.Add(1)
	}
}
