package webhook

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/outbound"
	"github.com/jawort/jawort/refusal"
)

// The refusals of endpoints and deliveries.
var (
	ErrUnknown         = refusal.New(refusal.NotFound, "unknown-webhook", "There is no such webhook.")
	ErrUnknownDelivery = refusal.New(refusal.NotFound, "unknown-delivery", "There is no such delivery. They are kept for 30 days.")
	ErrTooMany         = refusal.New(refusal.Conflict, "too-many-webhooks", "A tenant has at most 20 webhooks. Delete one first.")
	ErrTooManySecrets  = refusal.New(refusal.Conflict, "too-many-secrets",
		"Five secrets of this webhook are in use at the same time. Wait until one of them has run out, 24 hours after it was replaced.")
	ErrDisabled = refusal.New(refusal.Conflict, "webhook-disabled", "This webhook is disabled. Enable it first.")
)

// MaxEndpoints is how many endpoints a tenant has at most.
const MaxEndpoints = 20

// Why an endpoint is told nothing.
const (
	ByRequest = "by_request" // somebody disabled it
	Gone      = "gone"       // it answered 410
	Failing   = "failing"    // every attempt of five days failed
)

// Endpoint is where a tenant wants to be told.
type Endpoint struct {
	ID           string
	Tenant       string
	URL          string
	Description  string
	Events       []string // types; none: all
	Enabled      bool
	Reason       string // why it is disabled
	CreatedAt    time.Time
	DisabledAt   time.Time
	FailingSince time.Time // of the first of the attempts that failed without one between that did not
}

// Wants reports whether the endpoint is to be told events of a type.
func (e Endpoint) Wants(t string) bool { return len(e.Events) == 0 || slices.Contains(e.Events, t) }

// Rules are what an endpoint may be, on this installation.
type Rules struct {
	Private []netip.Prefix // networks that endpoints may lie in although they are not public
}

// Check refuses what cannot be an endpoint.
func (r Rules) Check(e Endpoint) error {
	if err := r.checkURL(e.URL); err != nil {
		return err
	}
	if err := approval.CheckText("description", e.Description); err != nil {
		return err
	}
	for i, name := range e.Events {
		if name == Ping || !Known(name) {
			return refusal.Field(fmt.Sprintf("events[%d]", i), "is no type of event that can be asked for")
		}
		if slices.Contains(e.Events[:i], name) {
			return refusal.Field(fmt.Sprintf("events[%d]", i), "is named twice")
		}
	}
	return nil
}

const maxURL = 1024

// checkURL says early what the guard of the connection would refuse anyway; only that one sees where a name leads.
func (r Rules) checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" || len(s) > maxURL || strings.ContainsFunc(s, notPrintable):
		return wrongURL("must look like https://example.com/webhooks, with at most 1024 characters of ASCII")
	case u.Scheme != "https" && (u.Scheme != "http" || len(r.Private) == 0):
		return wrongURL("must begin with https://")
	case u.User != nil:
		return wrongURL("must not contain a user or a password; check the signature instead")
	case u.Fragment != "" || strings.HasSuffix(s, "#"):
		return wrongURL("must not have a fragment")
	}
	return r.checkHost(u)
}

func (r Rules) checkHost(u *url.URL) error {
	ip, err := netip.ParseAddr(u.Hostname())
	private := err == nil && r.inside(ip)
	switch {
	case err == nil && !outbound.Allows(r.Private, ip):
		return wrongURL("must not lead to a private, loopback or link-local address")
	case err != nil && disguised(u.Hostname()):
		return wrongURL("must name a host, or an address in its usual form")
	case err == nil && u.Scheme == "http" && !private:
		return wrongURL("must begin with https://")
	case u.Port() != "" && !private && !portAllowed(u.Port()):
		return wrongURL("must use port 443, or one from 1024 on")
	}
	return nil
}

func (r Rules) inside(ip netip.Addr) bool {
	return slices.ContainsFunc(r.Private, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// disguised reports whether a host ends in a number, as no name does: some resolvers take 2130706433, 0x7f.1 or
// 127.1 for an address.
func disguised(host string) bool {
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := labels[len(labels)-1]
	_, err := strconv.ParseUint(last, 0, 64)
	return last == "" || err == nil || strings.Trim(last, "0123456789") == ""
}

func portAllowed(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && allowedPort(uint16(n))
}

// allowedPort keeps webhooks off the ports of other services: mail, databases' administration, name servers.
func allowedPort(port uint16) bool { return port == 443 || port >= 1024 }

func notPrintable(c rune) bool { return c <= ' ' || c > '~' }

func wrongURL(detail string) error { return refusal.Field("url", detail) }
