// Package ending knows where an approval stands, brings about the ends that no phone decides (expired, superseded,
// cancelled), and does what follows from every end.
//
// The end is a row in the lasting store; what is pending lies in the live store. So the lasting store is asked first and
// believed; the live store only says what is still open. The package does not know who asks.
package ending

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/outbox"
)

// Lasting keeps the ends.
type Lasting interface {
	Outcome(ctx context.Context, id string) (approval.Outcome, error)
	EndBy(ctx context.Context, p approval.Pending, status approval.Status, by outbox.Actor) (approval.Outcome, error)
}

// Live keeps what is pending.
type Live interface {
	Pending(ctx context.Context, id string) (approval.Pending, error)
	End(ctx context.Context, id, decider string, status approval.Status) error
	Wake(ctx context.Context, topics ...string) error
}

// Ender reads and writes ends.
type Ender struct {
	lasting Lasting
	live    Live
	now     func() time.Time
	log     *slog.Logger
}

// New returns an Ender.
func New(lasting Lasting, live Live, now func() time.Time, log *slog.Logger) *Ender {
	return &Ender{lasting: lasting, live: live, now: now, log: log}
}

// Standing is where an approval stands: exactly one of the two.
type Standing struct {
	Pending *approval.Pending
	Outcome *approval.Outcome
}

func ended(o approval.Outcome) Standing { return Standing{Outcome: &o} }

// Application returns whose approval it is.
func (s Standing) Application() string {
	if s.Outcome != nil {
		return s.Outcome.Application
	}
	return s.Pending.Application
}

// ClosesAt returns when the approval ends at the latest, or had to end.
func (s Standing) ClosesAt() time.Time {
	if s.Outcome != nil {
		return s.Outcome.ClosesAt
	}
	return s.Pending.ClosesAt
}

// Standing returns where the approval stands, and writes the end of one that is overdue. approval.ErrUnknown says that
// neither store knows it.
func (e *Ender) Standing(ctx context.Context, id string) (Standing, error) {
	if _, err := approval.ParseID(id); err != nil {
		return Standing{}, approval.ErrUnknown.Because(err)
	}
	o, err := e.lasting.Outcome(ctx, id)
	if err == nil {
		return ended(o), nil
	}
	if !errors.Is(err, approval.ErrUnknown) {
		return Standing{}, err
	}
	p, err := e.live.Pending(ctx, id)
	if errors.Is(err, approval.ErrUnknown) || p.Ended {
		return e.endedMeanwhile(ctx, id)
	}
	if err != nil {
		return Standing{}, err
	}
	return e.settle(ctx, p)
}

// Glance is Standing for whoever asks the lasting store before they tell anybody, as the hub does for all pages that just joined together:
// it believes the live store about what it calls open. The end may have been written already.
func (e *Ender) Glance(ctx context.Context, id string) (Standing, error) {
	p, err := e.live.Pending(ctx, id)
	if err != nil || p.Ended || p.Superseded || !e.now().Before(p.ClosesAt) {
		return e.Standing(ctx, id)
	}
	return Standing{Pending: &p}, nil
}

// endedMeanwhile asks the lasting store once more: the end may have been written between the two questions.
func (e *Ender) endedMeanwhile(ctx context.Context, id string) (Standing, error) {
	o, err := e.lasting.Outcome(ctx, id)
	if err != nil {
		return Standing{}, err
	}
	return ended(o), nil
}

// settle ends an approval that has been superseded or whose time is over, and leaves any other pending.
func (e *Ender) settle(ctx context.Context, p approval.Pending) (Standing, error) {
	var status approval.Status
	switch {
	case p.Superseded:
		status = approval.StatusSuperseded
	case !e.now().Before(p.ClosesAt):
		status = approval.StatusExpired
	default:
		return Standing{Pending: &p}, nil
	}
	o, err := e.End(ctx, p, status)
	if errors.Is(err, approval.ErrNotDue) { // the lasting clock decides
		return Standing{Pending: &p}, nil
	}
	if err != nil {
		return Standing{}, err
	}
	return ended(o), nil
}

// End is EndBy where nobody has it done.
func (e *Ender) End(ctx context.Context, p approval.Pending, status approval.Status) (approval.Outcome, error) {
	return e.EndBy(ctx, p, status, outbox.Actor{Kind: outbox.BySystem})
}

// EndBy ends the approval, or returns how it had ended. What follows is done at once where this was the end: the next
// approval of the account must not find the old one in its way. Should that fail, the outbox does it.
func (e *Ender) EndBy(ctx context.Context, p approval.Pending, status approval.Status, by outbox.Actor) (approval.Outcome, error) {
	o, err := e.lasting.EndBy(ctx, p, status, by)
	if err != nil {
		return approval.Outcome{}, err
	}
	if o.Status != status {
		return o, nil
	}
	if err := errors.Join(e.live.End(ctx, p.ID, "", status), e.live.Wake(ctx, p.ID, p.Account)); err != nil {
		e.log.WarnContext(ctx, "an end could not be followed up; the outbox will", "approval", p.ID, "error", err)
	}
	return o, nil
}
