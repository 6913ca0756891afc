package auditlog

import (
	"context"
	"errors"
	"fmt"
	"time"

	domain "github.com/jawort/jawort/audit"
)

type heads interface {
	Unsigned(ctx context.Context, every time.Duration) ([]domain.Chain, error)
	LastHead(ctx context.Context, tenant string) (string, error)
	Contains(ctx context.Context, h domain.Head) (bool, error)
	KeepHead(ctx context.Context, h domain.Head, compact string) error
	Now(ctx context.Context) (time.Time, error)
}

// errRewritten says that somebody wrote to the database past the sequencer.
var errRewritten = errors.New("auditlog: the log is not the one whose head was signed before; its next head is not signed")

// signHeads signs the chains that have grown. One that does not hold keeps no other from its head.
func (s *Sequencer) signHeads(ctx context.Context) error {
	chains, err := s.o.Chains.Unsigned(ctx, HeadEvery)
	if err != nil || len(chains) == 0 {
		return err
	}
	now, err := s.o.Chains.Now(ctx)
	if err != nil {
		return err
	}
	for _, chain := range chains {
		switch err := s.signHead(ctx, chain.Head(now)); {
		case errors.Is(err, errRewritten):
			s.o.Log.ErrorContext(ctx, "an audit log does not hold", "tenant", chain.Tenant, "error", err)
		case err != nil:
			return err
		}
	}
	return nil
}

// signHead signs nothing that contradicts what was signed before: who can only write to the database should not get a
// signature for a history of their own.
func (s *Sequencer) signHead(ctx context.Context, h domain.Head) error {
	before, err := s.lastHead(ctx, h.Tenant)
	if err != nil {
		return err
	}
	for _, stated := range []domain.Head{before, h} {
		if ok, err := s.o.Chains.Contains(ctx, stated); err != nil {
			return err
		} else if !ok {
			return fmt.Errorf("%w (entry %d)", errRewritten, stated.Sequence)
		}
	}
	signed, err := s.o.Sign(h)
	if err != nil {
		return err
	}
	if err := s.o.Chains.KeepHead(ctx, h, signed); err != nil {
		return err
	}
	s.signed[h.Tenant] = h
	return nil
}

// lastHead is the one that we remember, since nobody can change that, or else the one that was kept.
func (s *Sequencer) lastHead(ctx context.Context, tenant string) (domain.Head, error) {
	if h, ok := s.signed[tenant]; ok {
		return h, nil
	}
	compact, err := s.o.Chains.LastHead(ctx, tenant)
	if err != nil {
		return domain.Head{}, err
	}
	if compact == "" {
		return domain.NewChain(tenant).Head(time.Time{}), nil
	}
	published, err := s.published(ctx)
	if err != nil {
		return domain.Head{}, err
	}
	h, err := domain.OpenHead(compact, published)
	if err != nil {
		return domain.Head{}, fmt.Errorf("%w: its last head does not hold: %w", errRewritten, err)
	}
	if h.Tenant != tenant {
		return domain.Head{}, fmt.Errorf("%w: its last head is of %q", errRewritten, h.Tenant)
	}
	return h, nil
}
