package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/approval"
	domain "github.com/jawort/jawort/audit"
)

// Check is what was found in the database.
type Check struct {
	domain.Report
	Documents Standings `json:"documents"` // of outcomes
	Evidence  Standings `json:"evidence"`  // what receipts are made of
}

// Standings counts what became of things that entries hold the hash of.
type Standings struct {
	Intact int64 `json:"intact"`
	Erased int64 `json:"erased"`
}

// Verify checks the tenant's log where it lies, and with it the outcomes that it records: what they say, their documents and
// their evidence. Something may be gone only where the log says that it was erased. The error is a *domain.Fault where
// something does not hold.
func (s *Store) Verify(ctx context.Context, tenant string, published jose.JSONWebKeySet) (Check, error) {
	return s.Inspect(ctx, tenant, published, func(int64, int64) {})
}

// Inspect is Verify that tells, now and then, how many entries of how many it has seen.
func (s *Store) Inspect(ctx context.Context, tenant string, published jose.JSONWebKeySet, tell func(seen, all int64)) (Check, error) {
	before, err := s.Chain(ctx, tenant) // read first: entries that come meanwhile are no fault
	if err != nil {
		return Check{}, err
	}
	c := &checker{store: s, verifier: domain.NewVerifier(tenant, published), tell: func(seen int64) { tell(seen, max(seen, before.Sequence)) }}
	if err := s.walk(ctx, tenant, c); err != nil {
		return Check{}, err
	}
	if err := s.explain(ctx, c.verifier); err != nil {
		return Check{}, err
	}
	c.found.Report, err = c.verifier.End()
	if err == nil && c.found.Entries < before.Sequence {
		err = &domain.Fault{Kind: domain.Cut, Sequence: c.found.Entries, Detail: fmt.Sprintf("the log ends, and had %d entries", before.Sequence)}
	}
	return c.found, err
}

type checker struct {
	store    *Store
	verifier *domain.Verifier
	found    Check
	tell     func(seen int64)
}

func (c *checker) record(r Record) error     { return c.verifier.Entry(r.Entry, r.Personal) }
func (c *checker) head(compact string) error { return c.verifier.Head(compact) }

// pause compares the outcomes of a page with what their entries say.
func (c *checker) pause(ctx context.Context, page []Record) error {
	var approvals []string
	ended := map[string]Record{}
	for _, r := range page {
		if recordsEnd(r.Entry) {
			approvals, ended[r.Entry.Subject] = append(approvals, r.Entry.Subject), r
		}
	}
	ends, err := readEnds(ctx, c.store.Reads(), approvals)
	if err != nil {
		return err
	}
	for _, id := range approvals {
		e, ok := ends[id]
		if !ok {
			return edited(ended[id].Entry, "its outcome is not there any more")
		}
		if err := c.compare(ended[id], e); err != nil {
			return err
		}
	}
	if len(page) > 0 {
		c.tell(page[len(page)-1].Entry.Sequence)
	}
	return nil
}

// recordsEnd tells an entry of an outcome from others about approvals.
func recordsEnd(e domain.Entry) bool {
	switch approval.Status(strings.TrimPrefix(e.Kind, endPrefix)) {
	case approval.StatusApproved, approval.StatusDenied, approval.StatusReported, approval.StatusExpired, approval.StatusCancelled, approval.StatusSuperseded:
		return true
	default:
		return false
	}
}

// compare holds an outcome against its entry. An erased one still has its ids, its time and the hash of its document.
func (c *checker) compare(r Record, e end) error {
	recorded, now := endData{}, e.data()
	if err := json.Unmarshal(r.Entry.Data, &recorded); err != nil {
		return edited(r.Entry, "its data is not that of an outcome")
	}
	if what := difference(r.Entry, recorded, now, e); what != "" {
		return edited(r.Entry, "the "+what+" of its outcome is not what it was")
	}
	if e.erased {
		c.verifier.Erasures().Gone(domain.OutcomesErased, r.Entry)
		c.found.Documents.count(recorded.Document != nil, true)
		c.found.Evidence.count(recorded.Evidence != nil, true)
		return nil
	}
	c.found.Documents.count(recorded.Document != nil, false)
	c.found.Evidence.count(recorded.Evidence != nil, false)
	return c.comparePersonal(r, e)
}

// difference names what of the outcome is not as it was recorded; empty: nothing.
func difference(recorded domain.Entry, then, now endData, e end) string {
	switch f := e.fact(); {
	case f.Kind != recorded.Kind:
		return "status"
	case e.account != recorded.Account:
		return "account"
	case e.application != recorded.Application:
		return "application"
	case f.Actor != recorded.Actor:
		return "actor"
	case !e.at.Equal(recorded.Time):
		return "time"
	case then.Kind != now.Kind, then.Method != now.Method, then.Decision != now.Decision:
		return "method"
	case !same(then.Document, now.Document):
		return "document"
	case !e.erased && !same(then.Evidence, now.Evidence):
		return "evidence"
	default:
		return ""
	}
}

// same also holds where nothing was recorded: then it was erased before.
func same(then, now *domain.Hash) bool { return then == nil || (now != nil && *then == *now) }

// comparePersonal compares with what lies beside the entry. While a person is being erased, nothing lies there any more,
// and the outcome follows. Where the erasure came after the entry was read, only the outcome shows it.
func (c *checker) comparePersonal(r Record, e end) error {
	for name, now := range map[string]string{"holder": e.holder, "label": e.label} {
		switch then, ok := r.Personal[name]; {
		case ok && now == "":
			c.verifier.Erasures().Gone(domain.PersonalErased, r.Entry)
		case ok && then.Value != now:
			return edited(r.Entry, "the "+name+" of its outcome is not what it was")
		}
	}
	return nil
}

func edited(e domain.Entry, detail string) error {
	return &domain.Fault{Kind: domain.Edited, Sequence: e.Sequence, Detail: detail}
}

func (s *Standings) count(recorded, erased bool) {
	switch {
	case !recorded:
	case erased:
		s.Erased++
	default:
		s.Intact++
	}
}
