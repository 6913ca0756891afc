package audit

import (
	"context"
	"errors"
	"io"

	"github.com/go-jose/go-jose/v4"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/store/outbox"
)

// Sign signs a head with the receipt key.
type Sign func(h domain.Head) (string, error)

// Exported is the kind of the entry that somebody took a whole log away, with the personal data beside it.
const Exported = "audit.exported"

// Export is how a log is taken away.
type Export struct {
	Tenant    string // empty: the installation's own log
	By        outbox.Actor
	Published jose.JSONWebKeySet // of the receipt keys
	Sign      Sign
	Flush     func() error // is called between two pages; nil: nothing is
}

// Export writes the whole log as JSON lines, and behind the last entry a head that is signed now. It verifies
// what it writes: where the log does not hold, all of it is written for who looks into it, but no head is signed, and the
// error is a *domain.Fault. Nothing is written before it is kept who takes it.
func (s *Store) Export(ctx context.Context, e Export, w io.Writer) error {
	if err := s.exported(ctx, e); err != nil {
		return err
	}
	x := &exporter{w: w, verifier: domain.NewVerifier(e.Tenant, e.Published), flush: e.Flush}
	if err := s.walk(ctx, e.Tenant, x); err != nil {
		return err
	}
	if x.fault != nil {
		return x.fault
	}
	if err := s.explain(ctx, x.verifier); err != nil {
		return err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	signed, err := e.Sign(x.verifier.Chain().Head(now))
	if err != nil {
		return err
	}
	if err := domain.WriteHead(w, signed); err != nil {
		return err
	}
	return x.flushed()
}

// exported says how far the log went: there is no other range, and what comes while it is written is in it too.
func (s *Store) exported(ctx context.Context, e Export) error {
	chain, err := s.Chain(ctx, e.Tenant)
	if err != nil {
		return err
	}
	return outbox.Put(ctx, s.Writes(), outbox.Event{Kind: Exported, Tenant: e.Tenant, Actor: e.By, Data: map[string]any{"entries": chain.Sequence}})
}

type exporter struct {
	w        io.Writer
	verifier *domain.Verifier
	fault    error // the first one
	flush    func() error
}

func (x *exporter) record(r Record) error {
	x.verified(func() error { return x.verifier.Entry(r.Entry, r.Personal) })
	return domain.WriteEntry(x.w, r.Entry, r.Personal)
}

func (x *exporter) head(compact string) error {
	x.verified(func() error { return x.verifier.Head(compact) })
	return domain.WriteHead(x.w, compact)
}

func (x *exporter) verified(check func() error) {
	if x.fault == nil {
		x.fault = check()
	}
}

func (x *exporter) pause(context.Context, []Record) error { return x.flushed() }

func (x *exporter) flushed() error {
	if x.flush == nil {
		return nil
	}
	return x.flush()
}

// IsFault reports whether err says that the log does not hold, rather than that it could not be read.
func IsFault(err error) bool {
	var f *domain.Fault
	return errors.As(err, &f)
}
