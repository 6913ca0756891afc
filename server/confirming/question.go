package confirming

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
)

// Keys authenticate what lies in the live store.
type Keys interface {
	MAC(purpose string, data []byte) ([]byte, error)
	MACs(purpose string, data []byte) ([][]byte, error)
	VerifyMAC(tag []byte, purpose string, data []byte) error
}

// Live keeps what is pending.
type Live interface {
	Extend(ctx context.Context, id string, closesAt time.Time, mac []byte) (time.Time, error)
	End(ctx context.Context, id, decider string, status approval.Status) error
	Wake(ctx context.Context, topics ...string) error
}

// ErrNotOffered refuses a method that the approval's answer did not name.
var ErrNotOffered = refusal.New(refusal.Conflict, "method-not-offered",
	"This method is not offered here: use one of those that the approval names, or start the login again.")

// Questions reads and moves the approvals of callers.
type Questions struct {
	Guards guard.Guards
	Keys   Keys
	Live   Live
}

// Question is an approval of the caller: pending, or ended.
type Question struct {
	ID      string
	Account string
	Pending *approval.Pending // authenticated; nil: it has ended
	Outcome *approval.Outcome // nil: it is pending
	Context approval.Context
}

// Read returns the caller's approval. approval.ErrUnknown: there is none, or it is not as it was asked.
func (q Questions) Read(ctx context.Context, id string) (Question, error) {
	s, err := q.Guards.Own(ctx, id)
	if err != nil {
		return Question{}, err
	}
	edge.Annotate(ctx, slog.String("approval", id))
	question := Question{ID: id, Pending: s.Pending, Outcome: s.Outcome}
	kept := ""
	if p := s.Pending; p != nil {
		if err := q.Keys.VerifyMAC(p.MAC, keys.PendingApproval, p.Fixed()); err != nil {
			return Question{}, approval.ErrUnknown.Because(fmt.Errorf("confirming: the live record of %s was altered: %w", id, err))
		}
		question.Account, kept = p.Account, p.Context
	} else {
		question.Account, kept = s.Outcome.Account, s.Outcome.Context
	}
	question.Context, err = approval.ParseContext(kept)
	return question, err
}

// Open returns the pending approval; approval.ErrNotPending where it has ended.
func (q Question) Open() (approval.Pending, error) {
	if q.Pending == nil {
		return approval.Pending{}, Ended(*q.Outcome)
	}
	return *q.Pending, nil
}

// Activates refuses a method that the approval does not let its page activate. After the login was approved the page may
// go on to a second method; after any other end it may not.
func (q Question) Activates(m approval.Method) error {
	if q.Outcome != nil && q.Outcome.Status != approval.StatusApproved {
		return Ended(*q.Outcome)
	}
	if q.Context.Activate == nil || !slices.Contains(q.Context.Activate.Methods, m) {
		return ErrNotOffered
	}
	return nil
}

// Ended is the refusal of what comes after the end.
func Ended(o approval.Outcome) error { return approval.ErrNotPending.With("ended", o.Status) }

// KeepOpen keeps the approval open until the code that was sent for it expires.
func (q Questions) KeepOpen(ctx context.Context, p approval.Pending, until time.Time) error {
	if !until.After(p.ClosesAt) {
		return nil
	}
	p.ClosesAt = until
	mac, err := q.Keys.MAC(keys.PendingApproval, p.Fixed())
	if err != nil {
		return err
	}
	_, err = q.Live.Extend(ctx, p.ID, until, mac)
	return err
}

// Tell wakes who waits for the outcome, and closes the live record. Both are best effort: servers read again, and the
// outbox closes what is still open.
func (q Questions) Tell(ctx context.Context, o approval.Outcome) {
	ctx = context.WithoutCancel(ctx) // who has hung up confirmed all the same
	if err := q.Live.End(ctx, o.Approval, "", o.Status); err != nil {
		edge.Annotate(ctx, slog.Bool("end_lost", true))
	}
	if err := q.Live.Wake(ctx, o.Approval, o.Account); err != nil {
		edge.Annotate(ctx, slog.Bool("wake_lost", true))
	}
}
