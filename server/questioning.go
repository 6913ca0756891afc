package server

import (
	"context"
	"errors"
	"slices"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/live"
)

// ask puts the question, or finds the answer to the same request when it came before.
func (c creation) ask(ctx context.Context, a asked) (created, error) {
	p, err := c.pending(a)
	if err != nil {
		return created{}, err
	}
	answer := c.answerTo(a, p)
	answer.Status, answer.Number, answer.Devices = approval.StatusPending, p.Number, a.Audience.Devices
	answer.Methods, answer.Activate = append([]approval.Method{}, a.Verdict.Methods...), a.Case.Activate()
	answer.Socket, answer.ClosesAt = &socket{URL: c.tickets.url(p.ID)}, &p.ClosesAt
	repetition, err := a.idempotency(a.key, answer, c.keys)
	if err != nil {
		return created{}, err
	}
	if a.before != nil {
		if err := a.before(ctx, p); err != nil {
			return created{}, err
		}
	}
	creation := live.Creation{Pending: p, Limit: c.most, Alone: a.Verdict.Alone, Idempotency: repetition}
	if a.Audience.Reported {
		creation.NoPush = live.NoPushReported
	}
	done, kept, err := c.put(ctx, creation)
	if err != nil {
		return created{}, err
	}
	if done.Answer != nil {
		answer = kept
	} else {
		c.counts.create(p.Kind)
	}
	answer.push(done)
	c.endSuperseded(ctx, done.Superseded)
	p.ID = answer.ID // of a repetition, the one that the first request made
	return answer, c.suspect(ctx, a, p)
}

// mostKept bounds how many kept answers turn out to be none in one request. Each but the first was kept by another one
// meanwhile.
const mostKept = 3

// put creates the approval, or finds the answer to the same request. A kept answer that somebody was let in counts only where
// there is its outcome: the try that kept it may have died before it wrote one, or have found that what it rested on had ended.
func (c creation) put(ctx context.Context, creation live.Creation) (done live.Created, kept created, err error) {
	for range mostKept {
		done, err = c.live.Create(ctx, creation)
		if err != nil || done.Answer == nil {
			return done, created{}, err
		}
		kept, err = c.stands(ctx, done.Answer)
		if !errors.Is(err, approval.ErrUnknown) {
			return done, kept, err
		}
		p := creation.Pending
		if err := c.live.Drop(ctx, p.Application, p.Account, creation.Idempotency.Key, done.Answer); err != nil {
			return live.Created{}, created{}, err
		}
	}
	return live.Created{}, created{}, refusal.ErrUnavailable
}

// stands reads a kept answer; approval.ErrUnknown: it does not count, or was sealed by a key that is gone.
func (c creation) stands(ctx context.Context, answer []byte) (created, error) {
	kept, err := keptAnswer(answer, c.keys)
	if err != nil {
		return kept, approval.ErrUnknown.Because(err)
	}
	if kept.Status == approval.StatusPending {
		return kept, nil
	}
	o, err := c.lasting.Outcome(ctx, kept.ID)
	if err != nil {
		return kept, err
	}
	return kept.told(o)
}

// pending makes the question for the phones. Phones that may not confirm it are not asked.
func (c creation) pending(a asked) (approval.Pending, error) {
	p, err := c.draft(a)
	if err != nil {
		return approval.Pending{}, err
	}
	digits := a.application.Digits()
	if p.Number, err = approval.NewNumber(c.random, digits); err != nil {
		return approval.Pending{}, err
	}
	p.Document, err = approval.Document{
		ID: p.ID, Kind: a.Kind,
		Tenant:      approval.Party{ID: a.application.Tenant, Name: a.application.TenantName},
		Application: approval.Party{ID: a.application.ID, Name: a.application.Name},
		Account:     approval.AccountLabel{Label: a.Audience.Account.Label},
		Details:     a.Details, Browser: a.Case.Browser, Match: match(digits),
		CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt,
	}.Bytes(c.random)
	if err != nil {
		return approval.Pending{}, err
	}
	if slices.Contains(a.Verdict.Methods, approval.MethodPush) {
		p.Recipients = a.Audience.Recipients
	}
	p.MAC, err = c.keys.MAC(keys.PendingApproval, p.Fixed())
	return p, err
}

// suspect tells the tenant that the token of a trusted browser came from another browser or country: it may be stolen. A repetition
// tells it too, because the first request may have failed before it did.
func (c creation) suspect(ctx context.Context, a asked, p approval.Pending) error {
	if !a.Verdict.Reason.Code.Suspicious() {
		return nil
	}
	return c.lasting.Suspect(ctx, p, a.Audience.Browser.ID, string(a.Verdict.Reason.Code))
}

// endSuperseded writes the end of those whose place the new one took. The question stands whatever becomes of this; the
// sweeper finds what is left.
func (c creation) endSuperseded(ctx context.Context, ids []string) {
	for _, id := range ids {
		p, err := c.live.Pending(ctx, id)
		if err == nil {
			_, err = c.ender.End(ctx, p, approval.StatusSuperseded)
		}
		if err != nil {
			c.log.WarnContext(ctx, "a superseded approval could not be ended; the sweeper will", "approval", id, "error", err)
		}
	}
}

func match(digits int) approval.Match {
	if digits == 0 {
		return approval.Match{Kind: approval.MatchNone}
	}
	return approval.Match{Kind: approval.MatchEnter, Digits: digits}
}
