package demo

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/idna"

	"github.com/jawort/jawort/edge"
)

// Public makes the demo reachable for phones: the name that they know it by, and the certificate for it.
type Public struct {
	URL               string // of the login page, https://HOST; empty: this machine only
	CertFile, KeyFile string
}

func (p Public) wanted() bool { return p != Public{} }

// front is how browsers and phones reach the demo.
type front struct {
	host  string       // what passkeys are bound to
	login *url.URL     // the login page; nil: where it listens
	cert  *certificate // nil: this machine only
}

func newFront(p Public, now time.Time) (*front, error) {
	switch {
	case !p.wanted():
		return &front{host: "localhost"}, nil // not 127.0.0.1, which is no RP ID
	case p.URL == "":
		return nil, errors.New("demo: --tls-cert and --tls-key are for --public-url https://HOST, which is missing")
	case p.CertFile == "" || p.KeyFile == "":
		return nil, errors.New("demo: --public-url needs --tls-cert and --tls-key: phones make passkeys only where they trust the certificate; docs/try-on-your-phone.md says how to get one")
	}
	login, err := publicURL(p.URL)
	if err != nil {
		return nil, fmt.Errorf("demo: --public-url %w", err)
	}
	cert := &certificate{host: login.Hostname(), certFile: p.CertFile, keyFile: p.KeyFile}
	return &front{host: login.Hostname(), login: login, cert: cert}, cert.check(now)
}

// publicURL reads https://HOST or https://HOST:PORT, and writes it as browsers do.
func publicURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("must be an address such as https://demo.example.org")
	case u.Scheme != "https":
		return nil, errors.New("must begin with https://; phones make passkeys nowhere else")
	case u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("must end with the host or its port: the login page needs the whole of it")
	case net.ParseIP(u.Hostname()) != nil:
		return nil, errors.New("must have a name, not an IP address: phones make no passkeys for one")
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(u.Hostname(), "."))
	if err != nil || host == "" {
		return nil, fmt.Errorf("has %q, which is no host name", u.Hostname())
	}
	if port := u.Port(); port != "" && port != "443" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, fmt.Errorf("has the port %s, which is none", port)
		}
		host += ":" + port
	}
	return &url.URL{Scheme: "https", Host: host}, nil
}

func (f *front) public() bool { return f.cert != nil }

// addresses are those that the README and docs/try-on-your-phone.md name, where no others are given.
func (f *front) addresses(given Addresses) Addresses {
	a := Addresses{Site: "127.0.0.1:8090", Server: "127.0.0.1:8080", MobileAPI: "127.0.0.1:8081", Admin: "127.0.0.1:9090"}
	if f.public() {
		a.Site, a.MobileAPI, a.Server = ":"+cmp.Or(f.login.Port(), "443"), ":8443", ":10000"
	}
	for _, part := range []struct {
		given string
		to    *string
	}{{given.Site, &a.Site}, {given.Server, &a.Server}, {given.MobileAPI, &a.MobileAPI}, {given.Admin, &a.Admin}} {
		if part.given != "" {
			*part.to = part.given
		}
	}
	return a
}

// listen opens an address and says by which URL it is reached: at the same port, but for a login page that a tunnel or
// router leads elsewhere. Without a certificate the demo is for this machine only: everybody
// could read what passes, and the login page shows its password.
func (f *front) listen(flag, address string) (net.Listener, string, error) {
	open := edge.Listen{Addr: address}
	if f.public() {
		open.TLSCert, open.TLSKey = f.cert.certFile, f.cert.keyFile
	}
	l, err := open.Open()
	if err != nil {
		return nil, "", unheard(flag, address, err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, "", err
	}
	if !f.public() {
		return l, "http://" + f.host + ":" + port, nil
	}
	if flag == "site" {
		return l, f.login.String(), nil
	}
	return l, strings.TrimSuffix("https://"+f.host+":"+port, ":443"), nil
}

// unheard says which flag moves what cannot listen.
func unheard(flag, address string, err error) error {
	var unreadable *net.AddrError
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unreadable), errors.As(err, &unknown):
		return fmt.Errorf("demo: --%s: %q is no address; give one such as 127.0.0.1:8090", flag, address)
	case errors.Is(err, edge.ErrPlain):
		return fmt.Errorf("demo: --%s: without --public-url the demo listens on this machine only: give 127.0.0.1 and a port", flag)
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("demo: --%s: %s is taken; another port can be given with --%s", flag, address, flag)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("demo: --%s: this user may not listen on %s; give a port above 1023 with --%s, or see docs/try-on-your-phone.md", flag, address, flag)
	}
	return fmt.Errorf("demo: --%s: %w", flag, err)
}

// client calls the part behind l. It needs neither DNS nor a way back in through a router, as the name alone would.
func (f *front) client(l net.Listener) *http.Client {
	if !f.public() {
		return &http.Client{}
	}
	return &http.Client{Transport: &http.Transport{
		DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			d := tls.Dialer{Config: &tls.Config{ServerName: f.host, RootCAs: f.cert.served(), MinVersion: tls.VersionTLS12}}
			return d.DialContext(ctx, network, l.Addr().String())
		},
	}}
}
