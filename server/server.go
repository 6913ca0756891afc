// Package server faces login services and the browsers that wait: approvals, accounts, devices, enrolments, the
// websocket, and what has to happen to approvals without anybody asking.
//
// It owns who may ask what: API keys with scopes, tickets, origins. It does not know phones, and how a decision
// comes about: it learns from the stores that there is one.
package server

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/server/codes"
	"github.com/jawort/jawort/server/confirming"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/console/auditing"
	"github.com/jawort/jawort/server/console/costs"
	"github.com/jawort/jawort/server/console/live"
	"github.com/jawort/jawort/server/console/staff"
	"github.com/jawort/jawort/server/console/support"
	"github.com/jawort/jawort/server/console/tenancy"
	"github.com/jawort/jawort/server/directory"
	"github.com/jawort/jawort/server/ending"
	"github.com/jawort/jawort/server/enrolling"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/hub"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/server/managers"
	"github.com/jawort/jawort/server/methods"
	"github.com/jawort/jawort/server/notice"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/passkeys"
	"github.com/jawort/jawort/server/policy"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/server/smsreceipts"
	"github.com/jawort/jawort/server/ticket"
	"github.com/jawort/jawort/server/usage"
	"github.com/jawort/jawort/server/webhooks"
	"github.com/jawort/jawort/store/audit"
)

// Live is all that the server needs of the live store.
type Live interface {
	asking
	confirming.Live
	ending.Live
	ending.Overdue
	hub.Live
	notice.Pushes
	policy.Limits
	live.Figures
}

// Lasting is all that the server needs of the lasting store.
type Lasting interface {
	guard.Credentials
	judge.Audiences
	lettingIn
	trusting
	ForgetBrowsers(ctx context.Context, limit int) (int64, error)
	evidence
	directory.Store
	receiptKeys
	trustedBrowsers
	enrolling.Store
	enrolling.Recoveries
	policy.Directory
	policy.Past
	notice.Directory
	notice.Phones
	notice.Due
	ForgetNotices(ctx context.Context, limit int) (int64, error)
	portal.Store
	managers.Store
	tenancy.Store
	live.Ends
	support.Store
	costs.Names
	ForgetPortals(ctx context.Context, limit int) (int64, error)
	guard.UsedKeys
	ending.Lasting
	hub.Lasting
	auditlog.Accounts
	auditlog.Tenants
}

// Operators are who runs the installation in the console.
type Operators interface {
	console.Operators
	staff.Store
	Forget(ctx context.Context, limit int) (int64, error)
}

// Audit is all that the server needs of the audit log.
type Audit interface {
	auditlog.Records
	auditlog.Chains
	auditing.Checks
}

// Ledger is all that the server needs of the SMS ledger.
type Ledger interface {
	usage.Settings
	managers.Costs
	costs.Ledger
	Forget(ctx context.Context) (int, error)
}

// Keys are what the server needs of the installation's secret keys.
type Keys interface {
	ticket.Keys
	confirming.Keys
	operator.Keys
	webhooks.Keys
}

// Factors are by what accounts confirm beside their phones.
type Factors interface {
	codes.Store
	passkeys.Store
	methods.Store
	Tidy(ctx context.Context, limit int) (int64, error)
}

// Wakeups says when to look again.
type Wakeups interface {
	topics
	OnWake(f func(topic string))
	Resubscribed() <-chan struct{}
}

// Options are what a Server needs from outside.
type Options struct {
	Live         Live
	Lasting      Lasting
	Factors      Factors
	Events       ending.Events
	Ledger       Ledger
	Operators    Operators
	Organisation tenancy.Organisation // what forms and lists of the console change
	Keys         Keys
	Receipts     Receipts
	Audit        Audit
	SignHead     audit.Sign
	Webhooks     Webhooks           // no worker: nobody is told anything
	Codes        hub.Codes          // nil: nobody is told how far codes got
	Messages     directory.Messages // nil: no e-mail can be sent
	Notices      notice.Letters     // nil: nobody is told what happened to an account
	Channels     []courier.Channel  // by which anything is sent to people
	NoSender     []approval.Method  // whose codes cannot be sent, so that nobody is offered them
	Also         directory.Also     // other stores that keep something of accounts
	Wakeups      Wakeups
	SMSReceipts  smsreceipts.Twilio
	Countries    judge.Countries // nil: the country of a browser is not known
	PublicURL    string          // of this API, as browsers reach it
	EnrolURL     string          // of the phone API, as phones reach it
	MaxPending   int             // approvals per account and application; 0: approval.MaxPending
	MaxSockets   int             // 0: DefaultMaxSockets
	Edge         edge.Options
	Now          func() time.Time
	Random       io.Reader
	// Tick makes the paces of the background parts; nil: by the clock.
	Tick func(time.Duration) (ticks <-chan time.Time, stop func())
}

// DefaultMaxSockets leaves room below the usual limit of open files.
const DefaultMaxSockets = 50_000

// Server is the login-facing API with its background parts.
type Server struct {
	mux    *edge.Mux
	hub    *hub.Hub
	outbox *ending.Outbox
	parts  []part
}

// New returns a server. The caller serves it as a handler and runs Run.
func New(o Options) (*Server, error) {
	socket, err := socketURL(o.PublicURL)
	if err != nil {
		return nil, err
	}
	o = o.withDefaults()
	o.Edge.Page = pages.New(nil, pages.Origin(o.PublicURL)).Refused
	ender, counts := ending.New(o.Lasting, o.Live, o.Now, o.Edge.Log), newCounts(o.Edge.Metrics)
	s := &Server{mux: edge.NewMux(o.Edge), outbox: ending.NewOutbox(o.Events, followers(o, counts), o.Tick, o.Edge.Log)}
	s.hub = hub.New(hub.Options{
		Lasting: o.Lasting, Live: o.Live, Codes: o.Codes, Read: viewer(ender), Lost: o.Wakeups.Resubscribed(), Max: o.MaxSockets,
		Now: o.Now, Tick: o.Tick, Log: o.Edge.Log, Metrics: o.Edge.Metrics,
	})
	uses := guard.NewUses(o.Lasting, o.Edge.Log)
	guards := guard.Guards{Credentials: o.Lasting, Keys: o.Keys, Ender: ender, Origin: pages.Origin(o.PublicURL), Now: o.Now, Uses: uses}
	s.parts = append([]part{s.hub, s.outbox, uses}, parts(o, ender)...)
	o.Wakeups.OnWake(s.wake)
	for _, feature := range features(o, guards, s.hub, socket, counts) {
		feature.Mount(s.mux)
	}
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.MaxPending == 0 {
		o.MaxPending = approval.MaxPending
	}
	if o.MaxSockets == 0 {
		o.MaxSockets = DefaultMaxSockets
	}
	if o.Tick == nil {
		o.Tick = clockTick
	}
	return o
}

func clockTick(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// wake passes on what may be the end of an approval. It must not block.
func (s *Server) wake(topic string) {
	if strings.HasPrefix(topic, id.Approval) {
		s.hub.Wake(topic)
		s.outbox.Nudge()
	}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Routes lists "METHOD /path" of everything that is answered.
func (s *Server) Routes() []string { return s.mux.Routes() }

// Run runs the background parts until ctx ends, and returns when the last socket is closed.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range s.parts {
		g.Go(func() error { return p.Run(ctx) })
	}
	return g.Wait()
}

// socketURL returns the address of the API as a websocket's.
func socketURL(public string) (string, error) {
	u, err := url.Parse(public)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", refusal.Field("public_url", "must be the http(s) address at which browsers reach the API")
	}
	return "ws" + strings.TrimSuffix(strings.TrimPrefix(public, "http"), "/"), nil
}
