package server

import (
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/live"
)

// created answers POST /v1/approvals. It is kept, without the ticket, for a repetition of the request.
type created struct {
	ID        string             `json:"id"`
	Status    approval.Status    `json:"status"`
	Kind      approval.Kind      `json:"kind"`
	Account   string             `json:"account"`
	CreatedAt time.Time          `json:"created_at"`
	ExpiresAt time.Time          `json:"expires_at"`
	ClosesAt  *time.Time         `json:"closes_at,omitempty"` // where somebody is asked
	Method    approval.Method    `json:"method,omitempty"`    // where nobody is asked
	Number    string             `json:"number,omitempty"`
	Methods   []approval.Method  `json:"methods,omitzero"`
	Activate  *approval.Activate `json:"activate,omitempty"`
	Support   account.Texts      `json:"support,omitzero"` // whom to ask where nothing of methods or activate is at hand
	Devices   int                `json:"devices"`
	Push      *pushing           `json:"push,omitempty"`
	Socket    *socket            `json:"socket,omitempty"`
	Offline   account.Offline    `json:"offline"`
	Remember  *remembering       `json:"remember,omitempty"`
	Reason    account.Reason     `json:"reason"`
}

// pushing says whether phones are woken.
type pushing struct {
	Sent   bool      `json:"sent"`
	Reason string    `json:"reason,omitempty"` // why not
	Until  time.Time `json:"until,omitzero"`   // not before then
}

// remembering is what a page may offer beside the question.
type remembering struct {
	Days  int `json:"days"`  // whole ones
	Hours int `json:"hours"` // all of it: an offer may be shorter than a day
}

// answerTo is what every answer says.
func (c creation) answerTo(a asked, p approval.Pending) created {
	answer := created{
		ID: p.ID, Kind: p.Kind, Account: a.Account, CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt,
		Support: a.Verdict.Support, Offline: a.Verdict.Offline, Reason: a.Verdict.Reason,
	}
	if offer := a.Verdict.Grant.Offer; offer > 0 {
		answer.Remember = &remembering{Days: int(offer / account.Day), Hours: int(offer / time.Hour)}
	}
	return answer
}

// push says what became of the wake-ups.
func (c *created) push(done live.Created) {
	c.Push = &pushing{Sent: done.Pushed, Reason: done.NoPush, Until: done.NoPushUntil}
}
