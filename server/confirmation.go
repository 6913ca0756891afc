package server

import (
	"context"
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/portal"
)

// confirmations ask an account's own person, in the portal, whether they want what they are about to do. It is a login that lets nobody in: nothing is trusted
// for it, nobody passes without being asked, and only what works on the portal's pages confirms it.
type confirmations struct {
	creation
}

// Confirm puts the question about a step, in the place of an earlier one of the same session.
func (c confirmations) Confirm(ctx context.Context, application account.Application, externalID, step string, details []approval.Detail, b judge.Browser) (string, error) {
	q := question{Account: externalID, Kind: approval.Login, Details: details, Browser: b}
	found, err := c.judge.Judge(ctx, application, q.request())
	if err != nil {
		return "", err
	}
	found.Verdict.Grant = account.Grant{}
	found.Verdict.Methods = slices.DeleteFunc(slices.Clone(found.Verdict.Methods), func(m approval.Method) bool { return !portal.Confirms(application, c.guards.Origin, m) })
	if len(found.Verdict.Methods) == 0 {
		return "", account.ErrNoMethod.With("obstacle", found.Verdict.Obstacle).With("support", found.Verdict.Support)
	}
	answer, err := c.ask(ctx, asked{question: q, Case: found, application: application, step: step})
	return answer.ID, err
}

// Socket implements portal.Confirmations.
func (c confirmations) Socket(p approval.Pending) (url, ticket string, err error) {
	return c.tickets.Socket(p)
}
