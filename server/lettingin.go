package server

import (
	"context"

	"github.com/jawort/jawort/approval"
)

// letIn writes the outcome of a login about which nobody is asked. A repetition under the same idempotency key gets the
// first answer; where the first try got no further than keeping it, its outcome is written now.
func (c creation) letIn(ctx context.Context, a asked) (created, error) {
	p, err := c.draft(a)
	if err != nil {
		return created{}, err
	}
	answer := c.answerTo(a, p)
	answer.Status, answer.Method = approval.StatusApproved, a.Verdict.Method
	repetition, err := a.idempotency(a.key, answer, c.keys)
	if err != nil {
		return created{}, err
	}
	kept, err := c.live.Remember(ctx, p.Application, p.Account, repetition)
	if err != nil {
		return created{}, err
	}
	if kept != nil {
		if answer, err = keptAnswer(kept, c.keys); err != nil || answer.Status != approval.StatusApproved {
			return answer, err
		}
		p.ID = answer.ID
	}
	browser := ""
	if a.Verdict.Method == approval.MethodTrustedBrowser {
		browser = a.Audience.Browser.ID
	}
	_, err = c.lasting.LetIn(ctx, p, a.Verdict.Method, browser)
	return answer, err
}
