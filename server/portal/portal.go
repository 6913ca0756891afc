// Package portal is where people look after their own account: their phones, how long a confirmation holds, their logins, the browsers that are
// trusted. Their login service lets them in by a one-time address; from then on a cookie does, for a quarter of an hour.
//
// It owns those sessions, and what is on the pages. What may be done, and by whose confirmation, is the business of the packages that a login service
// reaches by the API: the portal does the same things in the name of the account's own person.
package portal

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/enrolling"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/methods"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Sessions keep who is in the portal, and what they wait to do.
type Sessions interface {
	OfferPortal(ctx context.Context, p account.PortalSession, codeHash []byte, r lasting.PortalRequest, by lasting.By) (account.PortalSession, error)
	PortalOffer(ctx context.Context, codeHash []byte) (p account.PortalSession, open bool, err error)
	EnterPortal(ctx context.Context, codeHash, secretHash, replacedHash []byte) (account.PortalSession, error)
	Portal(ctx context.Context, secretHash []byte) (account.PortalSession, error)
	LeavePortal(ctx context.Context, session string) error
	PlanStep(ctx context.Context, session string, step account.PortalStep) error
	Step(ctx context.Context, session, approval string) (account.PortalStep, error)
	TakeStep(ctx context.Context, session, approval string) (account.PortalStep, error)
}

// Devices are the account's phones.
type Devices interface {
	Devices(ctx context.Context, tenant, externalID string) ([]account.Device, error)
	RenameDeviceOf(ctx context.Context, tenant, externalID, device, label, holder string, by outbox.Actor) error
	RevokeDevice(ctx context.Context, tenant, externalID, device string, by outbox.Actor) error
}

// Intervals say how long a confirmation of the account holds.
type Intervals interface {
	ChooseInterval(ctx context.Context, tenant, externalID string, days *int, confirmed bool, by lasting.By) error
}

// Logins are those of the account that ended.
type Logins interface {
	OwnLogins(ctx context.Context, tenant, externalID string, page lasting.Before) ([]lasting.OwnLogin, error)
	OwnLogin(ctx context.Context, tenant, externalID, approval string) (lasting.OwnLogin, error)
	ReportLogin(ctx context.Context, tenant, externalID, approval string, by outbox.Actor) error
}

// Browsers are those that the account trusts.
type Browsers interface {
	OwnBrowsers(ctx context.Context, tenant, externalID string, page lasting.Before) ([]lasting.OwnBrowser, error)
	EndTrustedBrowser(ctx context.Context, tenant, externalID, browser string, by outbox.Actor) error
	EndTrustedBrowsers(ctx context.Context, tenant, externalID string, by outbox.Actor) error
}

// Dossier returns all that is kept about an account, as JSON can hold it.
type Dossier func(ctx context.Context, tenant, externalID string) (any, error)

// Store is all that the portal needs of the lasting store.
type Store interface {
	Sessions
	Devices
	Intervals
	Logins
	Browsers
}

// Keys derive what only this installation can derive.
type Keys interface {
	MAC(purpose string, data []byte) ([]byte, error)
	MACs(purpose string, data []byte) ([][]byte, error)
}

// Confirmations ask an account's own person to confirm what they are about to do.
type Confirmations interface {
	// Confirm puts the question about a step and returns the approval's id.
	Confirm(ctx context.Context, application account.Application, externalID, step string, details []approval.Detail, b judge.Browser) (string, error)
	// Socket tells a page where to wait for it.
	Socket(p approval.Pending) (url, ticket string, err error)
}

// Portal are the call by which a login service lets somebody in, and the pages.
type Portal struct {
	Guards    guard.Guards
	Store     Store
	Enrolling enrolling.Enrolling
	Judge     judge.Judge
	Questions Confirmations
	Methods   methods.Methods
	Dossier   Dossier
	Keys      Keys
	Source    func(*http.Request) netip.Addr // where a browser is
	PublicURL string                         // of the server, as browsers reach it
	Random    io.Reader
	Now       func() time.Time
	Sections  []Section // of other packages

	frame    *pages.Set
	texts    pages.Texts
	sessions pages.Sessions
}

// Mount implements the server's feature.
func (p Portal) Mount(m *edge.Mux) {
	p.PublicURL = strings.TrimSuffix(p.PublicURL, "/")
	p.frame = pages.New(own, pages.Origin(p.PublicURL), p.further()...)
	p.texts = pages.ReadTexts(append([]fs.FS{own}, p.further()...)...)
	p.sessions = pages.NewSessions("jawort-portal", p.PublicURL)
	m.Handle("POST /v1/portal-sessions", p.Guards.Key(account.ScopeAdmin), p.offer)
	m.HandlePage("GET /portal/open/{code}", p.door)
	m.HandlePage("POST /portal/open/{code}", p.enter)
	m.HandlePage("GET /portal", p.page(p.home))
	m.HandlePage("GET /portal/{rest...}", p.page(nowhere))
	m.HandlePage("POST /portal/leave", p.page(p.leave))
	m.HandlePage("GET /portal/confirm/{approval}", p.page(p.confirming))
	m.HandlePage("POST /portal/confirm/{approval}", p.page(p.confirmed))
	m.HandlePage("POST /portal/confirm/{approval}/cancel", p.page(p.cancel))
	m.HandlePage("GET /portal/devices", p.page(p.devices))
	m.HandlePage("GET /portal/devices/{id}", p.page(p.device))
	m.HandlePage("POST /portal/devices/{id}", p.page(p.rename))
	m.HandlePage("GET /portal/devices/{id}/remove", p.page(p.removing))
	m.HandlePage("POST /portal/devices/{id}/remove", p.page(p.remove))
	m.HandlePage("GET /portal/add", p.page(p.adding))
	m.HandlePage("POST /portal/add", p.page(p.add))
	m.HandlePage("GET /portal/add/{id}", p.page(p.enrolment))
	m.HandlePage("POST /portal/add/{id}", p.page(p.digits))
	m.HandlePage("GET /portal/add/{id}/moved", p.page(p.moved))
	m.HandlePage("GET /portal/interval", p.page(p.interval))
	m.HandlePage("POST /portal/interval", p.page(p.choose))
	m.HandlePage("GET /portal/logins", p.page(p.logins))
	m.HandlePage("GET /portal/logins/{approval}", p.page(p.reporting))
	m.HandlePage("POST /portal/logins/{approval}", p.page(p.report))
	m.HandlePage("GET /portal/browsers", p.page(p.browsers))
	m.HandlePage("POST /portal/browsers", p.page(p.endBrowsers))
	m.HandlePage("POST /portal/browsers/{id}", p.page(p.endBrowser))
	m.HandlePage("GET /portal/methods", p.page(p.methods))
	m.HandlePage("POST /portal/methods/{method}", p.page(p.addMethod))
	m.HandlePage("POST /portal/methods/{method}/code", p.page(p.prove))
	m.HandlePage("GET /portal/methods/{method}/remove", p.page(p.removingMethod))
	m.HandlePage("POST /portal/methods/{method}/remove", p.page(p.removeMethod))
	m.HandlePage("POST /portal/methods/passkey/made", p.page(p.madePasskey))
	m.HandlePage("GET /portal/methods/passkey/{id}/remove", p.page(p.removingPasskey))
	m.HandlePage("POST /portal/methods/passkey/{id}/remove", p.page(p.removePasskey))
	m.HandlePage("GET /portal/data", p.page(p.data))
	m.HandlePage("POST /portal/data", p.page(p.download))
	for _, s := range p.Sections {
		s.Mount(m, Desk{&p})
	}
}
