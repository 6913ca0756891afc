package auditlog

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/store/audit"
)

// The paces of the sequencer.
const (
	SequenceEvery  = 2 * time.Second
	RetentionEvery = time.Hour
	// HeadEvery bounds how much of a log no signature covers.
	HeadEvery = time.Minute

	sequencerLease = 20 * time.Second
	releaseTime    = 2 * time.Second

	largestBatch  = 500
	smallestBatch = 10
)

// Chains are what the sequencer writes.
type Chains interface {
	Lease(ctx context.Context, lease time.Duration) (audit.Token, bool, error)
	Append(ctx context.Context, t audit.Token, lease time.Duration, limit int) (int, error)
	Release(ctx context.Context, t audit.Token) error
	heads
	erasing
}

// Tenants say how long they keep personal data.
type Tenants interface {
	Tenants(ctx context.Context) ([]account.Tenant, error)
}

// Options are what a sequencer needs.
type Options struct {
	Chains  Chains
	Keys    ReceiptKeys
	Sign    audit.Sign
	Tenants Tenants
	Tick    ending.Tick
	Log     *slog.Logger
}

// Sequencer appends what happened to the audit logs, signs heads, and erases personal data whose time is over. Each server runs
// one; the one with the lease works, and the others wait for it to end.
type Sequencer struct {
	o      Options
	held   bool
	token  audit.Token
	batch  int
	signed map[string]domain.Head // by tenant, the last one that we signed or verified
}

// NewSequencer returns a sequencer.
func NewSequencer(o Options) *Sequencer {
	return &Sequencer{o: o, batch: largestBatch, signed: map[string]domain.Head{}}
}

// Run works until ctx ends, and then gives the lease back.
func (s *Sequencer) Run(ctx context.Context) error {
	ticks, stop := s.o.Tick(SequenceEvery)
	defer stop()
	hours, stopHours := s.o.Tick(RetentionEvery)
	defer stopHours()
	defer s.release(ctx)
	for {
		var work func(context.Context) error
		select {
		case <-ctx.Done():
			return nil
		case <-ticks:
			work = s.sequence
		case <-hours:
			work = s.retain
		}
		if err := work(ctx); err != nil && ctx.Err() == nil {
			s.o.Log.WarnContext(ctx, "the audit log could not be kept; trying again", "error", err)
		}
	}
}

// sequence appends all that is there, then signs what is due.
func (s *Sequencer) sequence(ctx context.Context) error {
	if ok, err := s.lease(ctx); err != nil || !ok {
		return err
	}
	for more := true; more; {
		limit := s.batch
		n, err := s.o.Chains.Append(ctx, s.token, sequencerLease, limit)
		switch {
		case errors.Is(err, audit.ErrFenced):
			s.held = false
			return nil // another one works
		case err != nil:
			// A database that is slow today may not get through so many before their transaction's time is over.
			s.batch = max(limit/4, smallestBatch)
			return err
		case n == limit:
			s.batch = min(2*limit, largestBatch)
		}
		more = n == limit
	}
	return s.signHeads(ctx)
}

func (s *Sequencer) lease(ctx context.Context) (ok bool, err error) {
	if !s.held {
		s.token, s.held, err = s.o.Chains.Lease(ctx, sequencerLease)
	}
	return s.held, err
}

func (s *Sequencer) release(ctx context.Context) {
	if !s.held {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	if err := s.o.Chains.Release(ctx, s.token); err != nil {
		s.o.Log.WarnContext(ctx, "the lease of the audit log was not given back; it runs out by itself", "error", err)
	}
}

// published is read anew each time it is needed: a key may have been added since.
func (s *Sequencer) published(ctx context.Context) (jose.JSONWebKeySet, error) {
	return Published(ctx, s.o.Keys)
}
