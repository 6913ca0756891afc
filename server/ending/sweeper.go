package ending

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
)

// SweepEvery is the pace of the sweeper.
const SweepEvery = time.Second

const sweepLimit = 100

// Overdue hands out approvals whose time is over or that were superseded, each to one sweeper for a while.
type Overdue interface {
	Due(ctx context.Context, partition, limit int) ([]approval.Pending, error)
}

// Tick returns ticks and how to stop them.
type Tick func(time.Duration) (ticks <-chan time.Time, stop func())

// Sweeper ends what is over and what nobody asked about.
type Sweeper struct {
	ender   *Ender
	overdue Overdue
	tick    Tick
	log     *slog.Logger
	early   map[string]bool // due by our clock, but not yet by the lasting one
}

// NewSweeper returns a sweeper.
func NewSweeper(ender *Ender, overdue Overdue, tick Tick, log *slog.Logger) *Sweeper {
	return &Sweeper{ender: ender, overdue: overdue, tick: tick, log: log, early: map[string]bool{}}
}

// Run sweeps until ctx ends.
func (s *Sweeper) Run(ctx context.Context) error {
	ticks, stop := s.tick(SweepEvery)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "overdue approvals could not be ended; trying again", "error", err)
			}
		}
	}
}

// sweep stops at the first fault: a store that does not answer would not answer for the next partition either.
func (s *Sweeper) sweep(ctx context.Context) error {
	if err := s.settleEarly(ctx); err != nil {
		return err
	}
	for partition := range approval.Partitions {
		if err := s.sweepPartition(ctx, partition); err != nil {
			return err
		}
	}
	return nil
}

// settleEarly tries those again that were due by our clock alone. They are read anew: a code that was sent meanwhile lets them
// close later, and then they are due again by themselves.
func (s *Sweeper) settleEarly(ctx context.Context) error {
	ids := slices.Collect(maps.Keys(s.early))
	clear(s.early)
	for _, id := range ids {
		p, err := s.ender.live.Pending(ctx, id)
		if errors.Is(err, approval.ErrUnknown) || (err == nil && !p.Superseded && s.ender.now().Before(p.ClosesAt)) {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.settle(ctx, []approval.Pending{p}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Sweeper) sweepPartition(ctx context.Context, partition int) error {
	for {
		due, err := s.overdue.Due(ctx, partition, sweepLimit)
		if err != nil {
			return err
		}
		if err := s.settle(ctx, due); err != nil {
			return err
		}
		if len(due) < sweepLimit {
			return nil
		}
	}
}

func (s *Sweeper) settle(ctx context.Context, due []approval.Pending) error {
	for _, p := range due {
		status := approval.StatusExpired
		if p.Superseded {
			status = approval.StatusSuperseded
		}
		_, err := s.ender.End(ctx, p, status)
		if errors.Is(err, approval.ErrNotDue) {
			s.early[p.ID] = true // once, however often its lease runs out
		} else if err != nil {
			return err
		}
	}
	return nil
}
