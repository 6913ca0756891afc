// Package enrolling binds phones to accounts: who may begin that and what authorises it, the link, the six digits at its end,
// and the way back for somebody whose phone is lost. A login service does it with its API key; the page of a first login does it
// with its ticket.
//
// It owns what policy asks for. What a phone brings is package mobileapi's; what is used up once is decided in package
// store/lasting.
package enrolling

import (
	"context"
	"io"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/outbox"
)

// Store keeps enrolments. Each call is decided under the account's row.
type Store interface {
	CreateEnrolment(ctx context.Context, e account.Enrolment, codeHash []byte, reason string, by outbox.Actor) error
	OpenEnrolment(ctx context.Context, tenant, id string, codeHash []byte) (account.Enrolment, error)
	Enrolment(ctx context.Context, tenant, id string) (account.Enrolment, *account.Device, error)
	ConfirmEnrolment(ctx context.Context, tenant, id string, ok bool, by outbox.Actor) (account.Enrolment, *account.Device, error)
	Devices(ctx context.Context, tenant, externalID string) ([]account.Device, error)
}

// Live asks phones, and wakes who waits.
type Live interface {
	Create(ctx context.Context, c live.Creation) (live.Created, error)
	Wake(ctx context.Context, topics ...string) error
}

// Sockets tell a page where it may wait for an approval.
type Sockets interface {
	Socket(p approval.Pending) (url, ticket string, err error)
}

// Waiting looks until look is done or most is over, at once and whenever the topic is woken.
type Waiting func(ctx context.Context, topic string, most time.Duration, look func(context.Context) (done bool, err error)) error

// Enrolling are the calls.
type Enrolling struct {
	Questions  confirming.Questions
	Store      Store
	Recoveries Recoveries
	People     confirming.People
	Live       Live
	Sockets    Sockets
	Countries  judge.Countries // nil: of no address is it known
	Wait       Waiting
	NoSender   []approval.Method // whose codes this installation cannot send
	EnrolURL   string            // of the phone API, as phones reach it
	MaxPending int               // questions of an application to one account
	Now        func() time.Time
	Random     io.Reader
}

// Mount adds the routes.
func (e Enrolling) Mount(m *edge.Mux) {
	g := e.Questions.Guards
	enrol, cors := g.Key(account.ScopeEnrol), g.CORS()
	m.Handle("POST /v1/enrolments", enrol, e.start)
	m.Handle("GET /v1/enrolments/{id}", enrol, e.get)
	m.Handle("POST /v1/enrolments/{id}/confirm", enrol, e.confirm)
	m.HandleCORS("POST /v1/approvals/{id}/enrolments", cors, g.KeyOrTicket, e.startPage)
	m.HandleCORS("GET /v1/approvals/{id}/enrolments/{enrolment}", cors, g.KeyOrTicket, e.getPage)
	m.HandleCORS("POST /v1/approvals/{id}/enrolments/{enrolment}/confirm", cors, g.KeyOrTicket, e.confirmPage)
	m.Handle("POST /v1/recoveries", g.Key(account.ScopeAdmin), e.announce)
	m.Handle("GET /v1/recoveries/{id}", enrol, e.getRecovery)
	m.Handle("DELETE /v1/recoveries/{id}", enrol, e.stopRecovery)
}
