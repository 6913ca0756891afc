package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge"
)

// Options say how the demo runs.
type Options struct {
	Once      bool   // play one login without a person, then end
	Database  string // empty: SQLite in a temporary folder
	Redis     string // empty: embedded
	Addresses Addresses
	Program   string // how jawort is started in another terminal
	Out       io.Writer
	Log       *slog.Logger
}

// Addresses are where the parts listen, on loopback.
type Addresses struct {
	Site, Server, MobileAPI, Admin string
}

// DefaultAddresses are those that the README names.
var DefaultAddresses = Addresses{Site: "127.0.0.1:8090", Server: "127.0.0.1:8080", MobileAPI: "127.0.0.1:8081", Admin: "127.0.0.1:9090"}

// Run runs the demo until ctx ends, or with Once until the login has been played. It leaves nothing behind.
func Run(ctx context.Context, o Options) (err error) {
	if o.Once {
		o.Addresses = Addresses{"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"}
	}
	h, err := build(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.remove()) }()
	g, running := errgroup.WithContext(ctx)
	running, stop := context.WithCancel(running)
	defer stop()
	g.Go(func() error { return h.process.Run(running) })
	if o.Once {
		g.Go(func() error { defer stop(); return playOnce(running, h, o.Out) })
	} else {
		g.Go(func() error { return h.serveSite(running, o) })
	}
	return g.Wait()
}

// kept says what is left behind.
func (o Options) kept() string {
	if o.Database == "" {
		return "Nothing is kept but what phones keep themselves."
	}
	return "Tenant, application, account and phones stay in the database; phones keep their own part."
}

// serveSite serves the login page and says where everything is.
func (h *house) serveSite(ctx context.Context, o Options) error {
	c, err := h.newClient()
	if err != nil {
		return err
	}
	s, err := newSite(ctx, c, places{server: h.serverURL, phones: h.phoneURL, program: o.Program}, o.Log)
	if err != nil {
		return err
	}
	defer s.sessions.close()
	handler, err := s.handler()
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Out, `Jawort is running, all in this process:

  login page     %s      login number %s, password %s
  for services   %s
  for phones     %s
  admin          http://%s/metrics

1. Open %s/phone and follow it: another tab becomes the phone.
2. Open %s, sign in, and type the number into the app.

Ctrl-C ends it. %s
`, h.siteURL, demoAccount, demoPassword, h.serverURL, h.phoneURL, h.process.Addrs().Admin, h.siteURL, h.siteURL, o.kept())
	return edge.Serve(ctx, h.site, handler, time.Second)
}

func (h *house) newClient() (*client.Client, error) {
	return client.New(client.Config{BaseURL: h.serverURL, Key: h.key, HTTPClient: &http.Client{}})
}

// listen opens an address, and says which flag moves it where it is taken. The demo prints its password, so it is for
// this machine only.
func listen(name, address string) (net.Listener, string, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, "", fmt.Errorf("demo: --%s: %w", name, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, "", fmt.Errorf("demo: --%s: the demo listens on this machine only: give 127.0.0.1 and a port", name)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", fmt.Errorf("demo: %w; another port can be given with --%s", err, name)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return nil, "", err
	}
	return l, "http://localhost:" + port, nil // not 127.0.0.1, which is no RP ID
}
