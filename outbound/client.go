package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Options say whom a client may reach, and how long that may take.
type Options struct {
	Private  []netip.Prefix         // networks that may be reached although they are not public, at any port
	Port     func(port uint16) bool // the ports of public addresses; nil: nothing public is reached
	Timeout  time.Duration          // of a request, from the name's resolution to the end of the answer's body
	Roots    *x509.CertPool         // nil: the system's authorities
	Resolver *net.Resolver          // nil: the system's
}

const (
	dialTimeout    = 5 * time.Second
	maxHeaderBytes = 16 << 10
	idlePerHost    = 16
	idleInAll      = 256
	idleTimeout    = 90 * time.Second
)

// NewClient returns a client that goes to no address but those that the options allow, and follows no redirect: one
// could lead anywhere.
func NewClient(o Options) *http.Client {
	g := guard{private: o.Private, port: o.Port}
	dialer := &net.Dialer{Timeout: dialTimeout, Control: g.check, Resolver: o.Resolver}
	return &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // the guard would see the proxy's address only
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    dialTimeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxIdleConns:           idleInAll,
			MaxIdleConnsPerHost:    idlePerHost,
			IdleConnTimeout:        idleTimeout,
		},
	}
}

const maxAnswer = 4096

// Drain reads what is worth reading of an answer that nobody is interested in, so that the connection can be used
// again, and closes it.
func Drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxAnswer)
	_ = body.Close()
}
