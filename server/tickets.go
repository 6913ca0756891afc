package server

import (
	"time"

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

func (t tickets) issue(approval, application, account string, closes time.Time) (string, error) {
	return ticket.Seal(t.keys, ticket.Ticket{Approval: approval, Application: application, Account: account, ClosesAt: closes})
}
