// Package console is where operators run an installation: administrators, support and auditors. They sign in by passkey only, the first time by a one-time
// link; a cookie lets them in from then on.
//
// It owns the sessions, and who may see which page: each page names its roles, and whether it is a tenant's (see Access). What is on the pages of a subject is
// its section's business; what may be done is that of the packages that login services reach by the API.
//
// # A section
//
// A Section brings templates, texts and pages of its own, which get a Visit: the request, its operator, and the tenant in the path, which the operator may
// see. See sections.go, and package tenancy for one.
package console

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
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/operators"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Entering lets operators in.
type Entering interface {
	Invitation(ctx context.Context, codeHash []byte) (operator.Operator, error)
	Join(ctx context.Context, codeHash []byte, k operator.Passkey, e operators.Entry) (operator.Operator, error)
	SignIn(ctx context.Context, a operator.Answer, e operators.Entry) (operator.Operator, error)
	Try(ctx context.Context, source []byte) error
	Succeeded(ctx context.Context, source []byte) error
}

// Sessions are those of browsers that were let in.
type Sessions interface {
	Session(ctx context.Context, secretHash []byte) (operator.Session, error)
	Confirm(ctx context.Context, session operator.Session, a operator.Answer) error
	SignOut(ctx context.Context, session operator.Session) error
}

// Passkeys are those of an operator.
type Passkeys interface {
	Passkeys(ctx context.Context, operatorID string) ([]operator.Passkey, error)
	AddPasskey(ctx context.Context, k operator.Passkey, challenge []byte) error
	RemovePasskey(ctx context.Context, session operator.Session, passkey string) error
}

// Operators is all that the console itself needs of their store.
type Operators interface {
	Entering
	Sessions
	Passkeys
}

// Tenants are those that operators see.
type Tenants interface {
	Tenant(ctx context.Context, id string) (account.Tenant, error)
}

// Console is the frame of the pages.
type Console struct {
	Operators Operators
	Tenants   Tenants
	Keys      operator.Keys
	Sections  []Section
	Source    func(*http.Request) (at netip.Addr, limited bool) // where a browser is, and whether that tells it from others
	PublicURL string                                            // of the server, as browsers reach it
	Random    io.Reader
	Now       func() time.Time

	house    *operator.House // nil: the address has no host that passkeys could belong to
	frame    *pages.Set
	sessions pages.Sessions
	menus    []Entry
}

// Mount implements the server's feature.
func (c Console) Mount(m *edge.Mux) { c.Rooms(m) }

// Rooms mounts all pages, and returns where they are.
func (c Console) Rooms(m *edge.Mux) *Rooms {
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	c.house, _ = operator.NewHouse(c.PublicURL, c.Keys) // signing in says what is wrong
	c.sessions = pages.NewSessions("jawort-console", c.PublicURL)
	var brought []fs.FS
	for _, s := range c.Sections {
		brought, c.menus = append(brought, s.Own), append(c.menus, s.Menu...)
	}
	c.menus = append(c.menus, Entry{Path: "/console/passkeys", Text: "menu.passkeys", Roles: Everyone})
	pages.Distinct(append(brought, own)...)
	c.frame = pages.New(own, pages.Origin(c.PublicURL), brought...)
	m.HandlePage("GET /console/sign-in", c.signIn)
	m.HandlePage("POST /console/sign-in", c.signingIn)
	m.HandlePage("GET /console/join/{code}", c.invitation)
	m.HandlePage("POST /console/join/{code}", c.joining)
	rooms := &Rooms{console: &c, mux: m}
	rooms.Page("GET /console", Access{Roles: Everyone, Reach: OfOwn}, c.home)
	rooms.Page("GET /console/{rest...}", Access{Roles: Everyone, Reach: OfOwn}, nowhere)
	rooms.Page("POST /console/sign-out", Access{Roles: Everyone, Reach: OfOwn}, c.signOut)
	c.mountPasskeys(rooms)
	for _, s := range c.Sections {
		s.Mount(rooms)
	}
	return rooms
}

// home leads to the first page of the menu.
func (c *Console) home(w http.ResponseWriter, v *Visit) error {
	for _, link := range v.Page.Menu {
		return v.Onward(w, link.URL)
	}
	return edge.ErrNoRoute
}

func nowhere(http.ResponseWriter, *Visit) error { return edge.ErrNoRoute }
