package server

import (
	"context"
	"slices"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/keys"
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
	creation := live.Creation{Pending: p, Limit: c.most, Alone: a.Verdict.Alone, Idempotency: repetition}
	if a.Audience.Reported {
		creation.NoPush = live.NoPushReported
	}
	done, err := c.live.Create(ctx, creation)
	if err != nil {
		return created{}, err
	}
	if done.Answer != nil {
		if answer, err = keptAnswer(done.Answer, c.keys); err != nil {
			return created{}, err
		}
	}
	answer.push(done)
	c.endSuperseded(ctx, done.Superseded)
	return answer, c.suspect(ctx, a, p, done)
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

// suspect tells the tenant that the token of a trusted browser came from another browser or country: it may be stolen.
func (c creation) suspect(ctx context.Context, a asked, p approval.Pending, done live.Created) error {
	if !a.Verdict.Reason.Code.Suspicious() || done.Answer != nil {
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
