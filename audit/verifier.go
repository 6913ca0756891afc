package audit

import (
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Report is what verification found.
type Report struct {
	Tenant  string    `json:"tenant"`
	Entries int64     `json:"entries"`
	From    time.Time `json:"from,omitzero"` // of the earliest entry
	To      time.Time `json:"to,omitzero"`   // of the latest entry
	Erased  int64     `json:"erased"`        // pieces of personal data that are not there any more
	// Unexplained is the first entry of which something is gone that no entry says was erased; 0: there is none. Where the log
	// goes on, a later entry may say so.
	Unexplained int64 `json:"unexplained,omitempty"`
	Heads       int64 `json:"heads"`
	Head        Head  `json:"head"` // the last one; of version 0 where there is none
}

// Unsigned is the number of entries that no head covers yet.
func (r Report) Unsigned() int64 { return r.Entries - r.Head.Sequence }

// Verifier follows one tenant's chain from its beginning. The memory that it needs does not grow with the chain, but with the
// accounts and phones of which something was erased. After a fault it takes nothing more.
type Verifier struct {
	published jose.JSONWebKeySet
	chain     Chain
	report    Report
	erasures  Erasures
	kept      map[int64]Hash // by sequence, of heads that were kept elsewhere and are still ahead
	last      int64          // the greatest sequence among the kept
}

// NewVerifier returns a verifier of the tenant's chain. The keys are those that were ever published.
func NewVerifier(tenant string, published jose.JSONWebKeySet) *Verifier {
	return &Verifier{published: published, chain: NewChain(tenant), report: Report{Tenant: tenant}, kept: map[int64]Hash{}}
}

// Expect takes a signed head that was kept from before: the chain must contain what it states.
func (v *Verifier) Expect(compact string) error {
	h, err := OpenHead(compact, v.published)
	if err != nil {
		return fault(HeadFault, 0, "the head that was kept does not hold: %v", err)
	}
	switch before, twice := v.kept[h.Sequence]; {
	case h.Tenant != v.chain.Tenant:
		return fault(Foreign, 0, "the head that was kept is of %q", h.Tenant)
	case twice && before != h.Hash:
		return fault(HeadFault, h.Sequence, "two heads that were kept contradict each other")
	}
	v.kept[h.Sequence], v.last = h.Hash, max(v.last, h.Sequence)
	return v.meet()
}

// Entry takes the next entry with what lies beside it.
func (v *Verifier) Entry(e Entry, beside Personal) error {
	if f := v.follows(e); f != nil {
		return f
	}
	if f := beside.check(e); f != nil {
		return f
	}
	v.chain.Sequence, v.chain.Hash = e.Sequence, e.Hash
	v.count(e, beside)
	return v.meet()
}

func (v *Verifier) follows(e Entry) *Fault {
	next := v.chain.Sequence + 1
	switch {
	case e.V != EntryVersion:
		return fault(Unreadable, e.Sequence, "version %d is not known", e.V)
	case e.Tenant != v.chain.Tenant:
		return fault(Foreign, e.Sequence, "it is of tenant %q", e.Tenant)
	case e.Sequence > next && next == 1:
		return fault(Front, e.Sequence, "the log must begin with entry 1")
	case e.Sequence > next:
		return fault(Gap, e.Sequence, "entry %d is missing before it", next)
	case e.Sequence < next:
		return fault(Order, e.Sequence, "it comes after entry %d", v.chain.Sequence)
	case e.Hash != e.digest():
		return fault(Edited, e.Sequence, "it has another content than its hash says")
	case e.Previous != v.chain.Hash:
		return fault(Broken, e.Sequence, "it does not follow from the entry before")
	}
	return nil
}

func (v *Verifier) count(e Entry, beside Personal) {
	r := &v.report
	r.Entries++
	r.Erased += int64(len(e.Commitments) - len(beside))
	if len(beside) < len(e.Commitments) {
		v.erasures.Gone(PersonalErased, e)
	}
	v.erasures.Said(e)
	if r.From.IsZero() || e.Time.Before(r.From) {
		r.From = e.Time
	}
	if e.Time.After(r.To) {
		r.To = e.Time
	}
}

// meet compares the chain with the head that was kept of this place.
func (v *Verifier) meet() error {
	if kept, ok := v.kept[v.chain.Sequence]; ok && kept != v.chain.Hash {
		return fault(HeadFault, v.chain.Sequence, "the head that was kept states another history")
	}
	return nil
}

// Head takes a signed head, right behind the entry that it states.
func (v *Verifier) Head(compact string) error {
	at := v.chain.Sequence
	h, err := OpenHead(compact, v.published)
	switch {
	case err != nil:
		return fault(HeadFault, at, "the head behind it does not hold: %v", err)
	case h.Tenant != v.chain.Tenant:
		return fault(Foreign, at, "the head behind it is of tenant %q", h.Tenant)
	case h.Sequence > at:
		return fault(Cut, at, "the head behind it was signed with entry %d", h.Sequence)
	case h.Sequence < at:
		return fault(Order, at, "the head behind it was signed with entry %d", h.Sequence)
	case h.Hash != v.chain.Hash:
		return fault(HeadFault, at, "the signed head states another history")
	}
	v.report.Head = h
	v.report.Heads++
	return nil
}

// Erasures is what is gone, and what was said to be erased, so far.
func (v *Verifier) Erasures() *Erasures { return &v.erasures }

// Chain returns where the chain ends so far.
func (v *Verifier) Chain() Chain { return v.chain }

// End returns the report, or a fault where a head that was kept states more than there is.
func (v *Verifier) End() (Report, error) {
	if v.last > v.chain.Sequence {
		return v.report, fault(Cut, v.chain.Sequence, "the log ends, and the head that was kept was signed with entry %d", v.last)
	}
	v.report.Unexplained, _ = v.erasures.Unexplained()
	return v.report, nil
}
