package server

import (
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/ticket"
)

// tickets tells a browser where to wait, and gives it what it needs there.
type tickets struct {
	keys       ticket.Keys
	socketBase string
}

type socket struct {
	URL    string `json:"url"`
	Ticket string `json:"ticket,omitempty"`
}

func (t tickets) url(approval string) string {
	return t.socketBase + "/v1/approvals/" + approval + "/socket"
}

// issue seals a ticket that lasts as long as the approval can be open at all: a code that is sent moves its end. Whoever takes a
// ticket asks when the approval really ended.
func (t tickets) issue(approvalID, application, account string, created time.Time) (string, error) {
	return ticket.Seal(t.keys, ticket.Ticket{
		Approval: approvalID, Application: application, Account: account, Until: created.Add(approval.MaxOpen + ticket.Grace),
	})
}

// Socket implements enrolling.Sockets.
func (t tickets) Socket(p approval.Pending) (url, ticket string, err error) {
	ticket, err = t.issue(p.ID, p.Application, p.Account, p.CreatedAt)
	return t.url(p.ID), ticket, err
}
