package forgetting_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/jawort/jawort/server/forgetting"
)

// counts answers as it is told, and says when it is asked.
type counts struct {
	asked   chan struct{}
	answers chan answered
}

type answered struct {
	n   int64
	err error
}

func (c counts) drop(context.Context, int) (int64, error) {
	c.asked <- struct{}{}
	a := <-c.answers
	return a.n, a.err
}

func TestWhatIsLongOverIsDroppedUntilNoneIsLeftAndAgainAfterAFault(t *testing.T) {
	t.Parallel()
	ticks := make(chan time.Time)
	c := counts{asked: make(chan struct{}), answers: make(chan answered)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	f := forgetting.Forgetter{Stale: []forgetting.Stale{c.drop}, Log: slog.New(slog.DiscardHandler), Tick: func(d time.Duration) (<-chan time.Time, func()) {
		if d != forgetting.Every {
			t.Errorf("the pace is %v", d)
		}
		return ticks, func() {}
	}}
	go func() { ended <- f.Run(ctx) }()
	answer := func(n int64, err error) {
		<-c.asked
		c.answers <- answered{n, err}
	}
	ticks <- time.Time{}
	answer(0, errors.New("the database is gone"))
	ticks <- time.Time{} // it goes on
	answer(1000, nil)
	answer(1, nil)
	answer(0, nil)
	ticks <- time.Time{} // none was left
	answer(0, nil)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
