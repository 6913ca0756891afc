package organisation

import (
	"io"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
)

// Plan is what changes of one tenant. What stays as it is is only counted.
type Plan struct {
	Tenant       account.Tenant // as it will be
	Tenants      []Step[account.Tenant]
	Applications []Step[account.Application]
	Groups       []Step[account.Group]
	SMS          []Step[ledger.Settings]
	Accounts     []Step[account.Account] // who manages others stands before them
	Unchanged    int
}

// Step is one thing that is new or changes.
type Step[T any] struct {
	Name   string
	Before *T // nil: it is new
	After  T
	Fields []Field // in which it differs, in order; of a new thing: what is not the default
}

// New reports whether there was no such thing before.
func (s Step[T]) New() bool { return s.Before == nil }

func (s Step[T]) name() string    { return s.Name }
func (s Step[T]) fields() []Field { return s.Fields }

// Refusals of a plan.
var (
	// ErrMeanwhile refuses one that was overtaken by somebody else's change of the same things.
	ErrMeanwhile = refusal.New(refusal.Conflict, "changed-meanwhile",
		"Somebody changed the same at the same time. Nothing was applied; run it again.")
	// ErrGone refuses one of what is not there.
	ErrGone = refusal.New(refusal.NotFound, "gone", "There is no such application or group, or it was revoked.")
)

// planner makes one plan.
type planner struct {
	plan     Plan
	state    State
	mistakes Mistakes
	random   io.Reader
	failed   error // no randomness to be had
}

// newID remembers a failure, so that who plans need not ask each time.
func (p *planner) newID(prefix string) string {
	made, err := id.New(p.random, prefix)
	if err != nil {
		p.failed = err
	}
	return made
}

// compare adds what differs to a list of steps, and counts what does not.
func compare[T any](p *planner, steps *[]Step[T], name string, before *T, after T, fields []Field) {
	if before != nil && len(fields) == 0 {
		p.plan.Unchanged++
		return
	}
	*steps = append(*steps, Step[T]{name, before, after, fields})
}

// Plan compares the document with what there is. Mistakes are those that only the comparison shows.
func (d *Document) Plan(s State, random io.Reader) (Plan, Mistakes, error) {
	p := &planner{state: s, random: random}
	if !p.planTenant(d) {
		return p.plan, p.mistakes, p.failed
	}
	renamed := p.planApplications(d)
	p.planGroups(d, renamed)
	p.planSMS(d)
	p.planAccounts(rows{accounts: d.Accounts, covers: columns, refuse: func(i int, field string, r reason) {
		p.tell(d, join(at("accounts", i), field), r.what)
	}})
	return p.plan, p.mistakes, p.failed
}

func (p *planner) tell(d *Document, path, what string) { p.mistakes.add(d.at.lineOf(path), path, what) }

// Source is a file that can be planned: a Document or a Table.
type Source interface {
	Wants() Wanted
	Plan(s State, random io.Reader) (Plan, Mistakes, error)
}

// Sources returns the documents of the file.
func (f File) Sources() []Source {
	sources := make([]Source, len(f.Documents))
	for i, d := range f.Documents {
		sources[i] = d
	}
	return sources
}
