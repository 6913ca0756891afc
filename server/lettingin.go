package server

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// letIn writes the outcome of a login about which nobody is asked. A repetition under the same idempotency key gets the
// first answer; where the first try got no further than keeping it, its outcome is written now, or the answer counts for
// nothing: see ask.
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
	o, err := c.lasting.LetIn(ctx, p, a.Verdict.Method, browser)
	if err != nil {
		return created{}, err
	}
	if kept == nil {
		c.counts.create(p.Kind)
	}
	return answer.told(o)
}

// told says what the outcome says. The answer may have been kept by a try that meant to let in for another reason.
func (c created) told(o approval.Outcome) (created, error) {
	c.Status, c.Method = o.Status, o.Method
	context, err := approval.ParseContext(o.Context)
	if err != nil || context.Reason == nil { // it may have been erased
		return c, err
	}
	c.Reason = account.Reason{}
	if err := json.Unmarshal(context.Reason, &c.Reason); err != nil {
		return created{}, fmt.Errorf("server: reason of %s: %w", o.Approval, err)
	}
	return c, nil
}
