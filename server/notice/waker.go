package notice

import (
	"context"
	"log/slog"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

// The paces of waking. A phone whose push was not taken is woken again after a minute, and later each time.
const (
	WakeEvery = time.Second
	wakeAgain = time.Minute
	wakeLimit = 100
	// tryFor is how long the gateway may try: no longer than the queue keeps a job.
	tryFor = 20 * time.Minute
)

// Due are the notices whose phones are to be woken.
type Due interface {
	DueNotices(ctx context.Context, limit int, again time.Duration) (alarms []lasting.Alarm, due int, err error)
}

// Pushes is the queue to the push gateway. It may forget: what was not pushed is due again.
type Pushes interface {
	Notify(ctx context.Context, account string, j approval.PushJob) error
}

// Waker has phones woken for what they have not read, each once for all of its devices.
type Waker struct {
	Due    Due
	Pushes Pushes
	Now    func() time.Time
	Tick   func(time.Duration) (ticks <-chan time.Time, stop func())
	Log    *slog.Logger
}

// Run wakes until ctx ends.
func (w Waker) Run(ctx context.Context) error {
	ticks, stop := w.Tick(WakeEvery)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			if err := w.drain(ctx); err != nil && ctx.Err() == nil {
				w.Log.WarnContext(ctx, "phones could not be woken for notices; trying again", "error", err)
			}
		}
	}
}

func (w Waker) drain(ctx context.Context) error {
	for {
		alarms, due, err := w.Due.DueNotices(ctx, wakeLimit, wakeAgain)
		if err != nil {
			return err
		}
		for _, a := range alarms {
			if err := w.Pushes.Notify(ctx, a.Account, w.job(a)); err != nil {
				return err
			}
		}
		if due < wakeLimit {
			return nil
		}
	}
}

// job ends before the notice is due again, so that no phone has two of them.
func (w Waker) job(a lasting.Alarm) approval.PushJob {
	now := w.Now()
	return approval.PushJob{
		Kind: approval.JobNotice, ID: a.Notice, Recipient: a.Recipient,
		ExpiresAt: now.Add(min(max(now.Sub(a.At), wakeAgain), tryFor)), KeepUntil: a.At.Add(account.NoticePushed),
	}
}
