package directory

import (
	"net/http"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

type invitationView struct {
	InvitedAt  time.Time  `json:"invited_at"`
	RemindedAt *time.Time `json:"reminded_at,omitempty"`
	Reminders  int        `json:"reminders"`
}

func shownInvitation(i lasting.Invitation) invitationView {
	return invitationView{InvitedAt: i.InvitedAt.UTC(), RemindedAt: shownTime(i.RemindedAt), Reminders: i.Reminders}
}

type leftView struct {
	Account string `json:"account"`
	invitationView
}

type progressView struct {
	Invited  int        `json:"invited"`
	Enrolled int        `json:"enrolled"`
	Left     int        `json:"left"`
	Accounts []leftView `json:"accounts"` // who has not enrolled
	Next     string     `json:"next,omitempty"`
}

// progress answers how far the invited have got. Whether a letter was opened is not watched.
func (i Invitations) progress(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	for name := range query {
		if name != "group" && name != "after" && name != "limit" {
			return refusal.Field(short(name), "is no parameter of this list")
		}
	}
	filter, err := accountFilter(query)
	if err != nil {
		return err
	}
	p, err := i.Store.Progress(r.Context(), guard.TenantOf(r.Context()), filter.Group, filter.After, filter.Limit+1)
	if err != nil {
		return err
	}
	view := progressView{Invited: p.Invited, Enrolled: p.Enrolled, Left: p.Invited - p.Enrolled, Accounts: []leftView{}}
	if len(p.Left) > filter.Limit {
		p.Left = p.Left[:filter.Limit]
		view.Next = p.Left[filter.Limit-1].ExternalID
	}
	for _, one := range p.Left {
		view.Accounts = append(view.Accounts, leftView{Account: one.ExternalID, invitationView: shownInvitation(one.Invitation)})
	}
	return edge.JSON(w, http.StatusOK, view)
}
