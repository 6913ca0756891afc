package pushgw

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// guard decides whom a subscription may make us connect to. A phone names its endpoint freely; without the guard
// it could reach into the network that the gateway runs in. The check is made on the address that is about to be
// dialled, so that no name resolves around it.
type guard struct {
	allowed []netip.Prefix
	public  *ssrf.Guardian // nil: nothing but what is allowed explicitly
}

func (g guard) check(network, address string, c syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return ssrf.ErrInvalidHostPort
	}
	ip := target.Addr().Unmap()
	for _, prefix := range g.allowed {
		if prefix.Contains(ip) {
			return nil
		}
	}
	if g.public == nil {
		return ssrf.ErrProhibitedIP
	}
	return g.public.Safe(network, netip.AddrPortFrom(ip, target.Port()).String(), c)
}

func isProhibited(err error) bool {
	for _, e := range []error{ssrf.ErrProhibitedIP, ssrf.ErrProhibitedPort, ssrf.ErrProhibitedNetwork, ssrf.ErrInvalidHostPort} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

const (
	dialTimeout    = 5 * time.Second
	webPushTimeout = 15 * time.Second // the gateway's own deadline for an attempt is shorter
	maxHeaderBytes = 16 << 10
	idlePerHost    = 16
	idleInAll      = 256
	idleTimeout    = 90 * time.Second
)

func guardedClient(g guard) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, Control: g.check}
	return &http.Client{
		Timeout: webPushTimeout,
		// A redirect could lead anywhere, and push services do not need it.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // the guard would see the proxy's address only
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    dialTimeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxIdleConns:           idleInAll,
			MaxIdleConnsPerHost:    idlePerHost,
			IdleConnTimeout:        idleTimeout,
		},
	}
}
