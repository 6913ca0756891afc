package audit

import (
	"context"
	"errors"
	"io"

	"github.com/go-jose/go-jose/v4"

	domain "github.com/jawort/jawort/audit"
)

// Sign signs a head with the receipt key.
type Sign func(h domain.Head) (string, error)

// Export writes the tenant's whole log as JSON lines, and behind the last entry a head that is signed now. It verifies
// what it writes: where the log does not hold, all of it is written for who looks into it, but no head is signed, and the
// error is a *domain.Fault. Between two pages it calls flush, unless that is nil.
func (s *Store) Export(ctx context.Context, tenant string, published jose.JSONWebKeySet, sign Sign, w io.Writer, flush func() error) error {
	x := &exporter{w: w, verifier: domain.NewVerifier(tenant, published), flush: flush}
	if err := s.walk(ctx, tenant, x); err != nil {
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
	signed, err := sign(x.verifier.Chain().Head(now))
	if err != nil {
		return err
	}
	if err := domain.WriteHead(w, signed); err != nil {
		return err
	}
	return x.flushed()
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
