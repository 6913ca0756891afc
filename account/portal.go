package account

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jawort/jawort/refusal"
)

// How long a portal session may be opened, how long it lasts from then on, and how long it is kept from the beginning. The first is the time that a redirect
// takes; in the last, whose session is over finds the way back, and a request for one may be repeated.
const (
	PortalOpens = time.Minute
	PortalLife  = 15 * time.Minute
	PortalKept  = 24 * time.Hour
)

// StepFresh is how long a confirmed question lets the portal take the step that it was about.
const StepFresh = 5 * time.Minute

// The pages of the portal by their stable names; the first is where it opens.
var (
	PortalPages  = []string{"devices", "interval", "logins", "browsers", "methods", "data"}
	ManagerPages = []string{"customers", "rollout", "costs"} // of who manages others
)

// PortalSession is an account's own person in the portal: a one-time address that its login service asked for, and then the browser
// that opened it.
type PortalSession struct {
	ID           string
	Tenant       string
	TenantName   string
	Application  string
	Account      string // id
	ExternalID   string
	AccountLabel string
	ReturnURL    string // at an origin of the application
	Locale       string // de or en
	Manages      bool   // other accounts, as it is now
	Page         string // where it opens, one of Pages
	CreatedAt    time.Time
	OpensUntil   time.Time
	OpenedAt     time.Time // zero: not yet
	ExpiresAt    time.Time // zero: not opened
}

// Pages are those that the session's person sees.
func (p PortalSession) Pages() []string {
	if p.Manages {
		return slices.Concat(PortalPages, ManagerPages)
	}
	return PortalPages
}

// PortalStep is what a person is about to do, once they have confirmed the question that was put about it.
type PortalStep struct {
	Approval string
	Kind     string // of the portal's choosing
	Subject  string // what it is done to
	About    string // as people call that
}

// PortalWork is an interval for many, which a session has begun and which is done a part at a time.
type PortalWork struct {
	Group string // whose accounts, by name; empty: of all groups
	Days  *int   // nil: the group's default
	Total int    // accounts that are to be changed
	Done  int

	Confirmed bool // somebody may be asked less often
	Ended     bool
}

// Refusals of the portal.
var (
	ErrReturnURL = refusal.New(refusal.Invalid, "return-url-not-allowed",
		"return_url must be an address at one of the application's origins. Add the origin to the application, or return elsewhere.").With("field", "return_url")

	ErrManagersPage = refusal.Field("page", "is for accounts that manage others, and this one manages nobody")

	// What only pages meet.
	ErrUnknownPortal = errors.New("account: this portal session is not known, or is over")
	ErrNoWork        = errors.New("account: this portal session has begun nothing")
	ErrUnconfirmed   = errors.New("account: nobody has confirmed this step, or it was taken already")
)

const maxReturnURL = 2048

// CheckReturnURL returns the address to which people go back, where it lies at one of the origins. What browsers and this parser could read
// in two ways is refused.
func CheckReturnURL(origins []string, s string) (string, error) {
	odd := func(c rune) bool { return c == '\\' || unicode.IsSpace(c) || unicode.IsControl(c) }
	if len(s) > maxReturnURL || strings.ContainsFunc(s, odd) {
		return "", ErrReturnURL
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" || u.User != nil || u.Host == "" || !slices.Contains(origins, originOf(u)) {
		return "", ErrReturnURL
	}
	return u.String(), nil
}

// originOf returns the origin as browsers send it.
func originOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]; usual != "" {
		host = strings.TrimSuffix(host, usual)
	}
	return u.Scheme + "://" + host
}
