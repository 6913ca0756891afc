package enrolling

import (
	"context"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/live"
)

// leastDigits are matched whatever the application asks for: who is asked has often begun nothing.
const leastDigits = 2

// question is what the page shows while phones are asked.
type question struct {
	ID        string    `json:"id"`
	Number    string    `json:"number"`
	ExpiresAt time.Time `json:"expires_at"`
	Socket    socket    `json:"socket"`
}

type socket struct {
	URL    string `json:"url"`
	Ticket string `json:"ticket"`
}

// ask puts the question whether this phone may be registered. Only a phone can answer it; where it cannot be put, the enrolment never
// opens.
func (e Enrolling) ask(ctx context.Context, c attempt, made account.Enrolment) (*question, error) {
	p, err := e.pending(c, made)
	if err != nil {
		return nil, err
	}
	if _, err := e.Live.Create(ctx, live.Creation{Pending: p, Limit: e.MaxPending}); err != nil {
		return nil, err
	}
	return e.put(p)
}

func (e Enrolling) pending(c attempt, made account.Enrolment) (approval.Pending, error) {
	asked := approval.Context{
		Group: c.asked.Group.ID, HasMethod: true, Methods: []approval.Method{approval.MethodPush},
		DenyAny: c.asked.Group.Policy.WithDefaults().Deny == account.DenyAny,
	}
	shown, err := e.from(c.browser, &asked)
	if err != nil {
		return approval.Pending{}, err
	}
	kept, err := asked.Encode()
	if err != nil {
		return approval.Pending{}, err
	}
	expires := made.CreatedAt.Add(account.QuestionLife)
	p := approval.Pending{
		ID: made.Approval, Tenant: made.Tenant, Application: made.Application, Account: made.Asked, Kind: approval.Transaction, Context: kept,
		CreatedAt: made.CreatedAt, ExpiresAt: expires, ClosesAt: expires, Recipients: c.asked.Recipients,
	}
	digits := max(c.application.Digits(), leastDigits)
	if p.Number, err = approval.NewNumber(e.Random, digits); err != nil {
		return approval.Pending{}, err
	}
	p.Document, err = approval.Document{
		ID: p.ID, Kind: p.Kind,
		Tenant:      approval.Party{ID: c.application.Tenant, Name: c.application.TenantName},
		Application: approval.Party{ID: c.application.ID, Name: c.application.Name},
		Account:     approval.AccountLabel{Label: c.asked.Account.Label}, Details: details(c), Browser: shown,
		Match:     approval.Match{Kind: approval.MatchEnter, Digits: digits},
		CreatedAt: p.CreatedAt, ExpiresAt: p.ExpiresAt,
	}.Bytes(e.Random)
	if err != nil {
		return approval.Pending{}, err
	}
	p.MAC, err = e.Questions.Keys.MAC(keys.PendingApproval, p.Fixed())
	return p, err
}

// from returns what phones are shown of the browser, and notes what a report then pauses: its session and network.
func (e Enrolling) from(b *judge.Browser, asked *approval.Context) (shown approval.Browser, err error) {
	if b == nil {
		return shown, nil
	}
	asked.Session = b.SessionHash()
	asked.Network, err = account.NetworkOf(b.IP)
	return b.Shown(e.Countries), err
}

// details say what is to be registered and for which login, in the language of who is asked.
func details(c attempt) []approval.Detail {
	language := c.asked.Account.Language
	if language == "" {
		language = c.application.TenantPolicy.WithDefaults().Language
	}
	line := func(label, value string) approval.Detail {
		return approval.Detail{Label: locale.Text(language, "enrolment."+label), Value: value}
	}
	what := "enrolment.register"
	if c.replaces.ID != "" {
		what = "enrolment.move"
	}
	all := []approval.Detail{line("what", locale.Text(language, what)), line("login", c.owner.Account.ExternalID)}
	if c.helper != nil {
		all = append(all, line("helper", c.helper.ExternalID))
	}
	if c.replaces.ID != "" {
		all = append(all, line("replaces", c.replaces.Label))
	}
	return all
}
