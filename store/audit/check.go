package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"

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

// Verify checks the tenant's log where it lies, and with it the documents and the evidence of the outcomes in it. The error
// is a *domain.Fault where something does not hold.
func (s *Store) Verify(ctx context.Context, tenant string, published jose.JSONWebKeySet) (Check, error) {
	before, err := s.Chain(ctx, tenant) // read first: entries that come meanwhile are no fault
	if err != nil {
		return Check{}, err
	}
	c := &checker{store: s, verifier: domain.NewVerifier(tenant, published)}
	if err := s.walk(ctx, tenant, c); err != nil {
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
}

func (c *checker) record(r Record) error     { return c.verifier.Entry(r.Entry, r.Personal) }
func (c *checker) head(compact string) error { return c.verifier.Head(compact) }

// pause compares the outcomes of a page with what their entries say.
func (c *checker) pause(ctx context.Context, page []Record) error {
	recorded := map[string]outcomeRecord{}
	var approvals []string
	for _, r := range page {
		o := outcomeRecord{sequence: r.Entry.Sequence}
		if !strings.HasPrefix(r.Entry.Kind, "approval.") || json.Unmarshal(r.Entry.Data, &o.evidence) != nil || o.Document == nil {
			continue
		}
		recorded[r.Entry.Subject] = o
		approvals = append(approvals, r.Entry.Subject)
	}
	ends, err := readEnds(ctx, c.store.Reads(), approvals)
	if err != nil {
		return err
	}
	for _, id := range approvals {
		if err := c.compare(recorded[id], ends, id); err != nil {
			return err
		}
	}
	return nil
}

type outcomeRecord struct {
	evidence
	sequence int64
}

func (c *checker) compare(o outcomeRecord, ends map[string]end, id string) error {
	e, ok := ends[id]
	if !ok {
		return &domain.Fault{Kind: domain.Edited, Sequence: o.sequence, Detail: "its outcome is not there any more"}
	}
	err := c.found.Documents.count(o.sequence, "document", domain.Compare(*o.Document, e.document, e.noDocument))
	if err != nil || o.Evidence == nil {
		return err
	}
	return c.found.Evidence.count(o.sequence, "evidence", domain.Compare(*o.Evidence, e.evidence, e.noEvidence))
}

func (s *Standings) count(sequence int64, what string, standing domain.Standing) error {
	switch standing {
	case domain.StandingEdited:
		return &domain.Fault{Kind: domain.Edited, Sequence: sequence, Detail: "the " + what + " of its outcome is not what it was"}
	case domain.StandingErased:
		s.Erased++
	default:
		s.Intact++
	}
	return nil
}
