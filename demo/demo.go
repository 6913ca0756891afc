package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge"
)

// Options say how the demo runs.
type Options struct {
	Once      bool   // play one login without a person, then end
	Database  string // empty: SQLite in the demo's folder
	Redis     string // empty: embedded
	Data      string // the folder that is kept; empty: a temporary one, or where the demo is public defaultFolder
	Public    Public
	Addresses Addresses
	Program   string // how jawort is started in another terminal
	Out       io.Writer
	Log       *slog.Logger
}

// Addresses are where the parts listen; empty: where the README says.
type Addresses struct {
	Site, Server, MobileAPI, Admin string
}

// Run runs the demo until ctx ends, or with Once until the login has been played. It leaves nothing behind but the folder
// that is to be kept.
func Run(ctx context.Context, o Options) (err error) {
	if o.Once && (o.Public.wanted() || o.Data != "") {
		return errors.New("demo: --once needs nobody's phone and keeps nothing: give it neither --public-url nor --data")
	}
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

// serveSite serves the login page and says where everything is.
func (h *house) serveSite(ctx context.Context, o Options) error {
	c, err := h.newClient()
	if err != nil {
		return err
	}
	s, err := newSite(ctx, c, h.places(o.Program), o.Log)
	if err != nil {
		return err
	}
	defer s.sessions.close()
	handler, err := s.handler()
	if err != nil {
		return err
	}
	if err := h.announce(ctx, o); err != nil {
		return err
	}
	var opening sync.WaitGroup
	defer opening.Wait()
	opening.Go(func() {
		if err := h.openOffice(ctx, c); err != nil && ctx.Err() == nil {
			o.Log.WarnContext(ctx, "demo: not all of the broker's customers are there", "error", err)
		}
	})
	return edge.Serve(ctx, h.site, handler, time.Second)
}

func (h *house) places(program string) places {
	p := places{site: h.siteURL, server: h.serverURL, phones: h.phoneURL, host: h.front.host, public: h.front.public(), program: program, password: demoPassword}
	if p.public {
		p.password = h.record.Password
	}
	return p
}

func (h *house) newClient() (*client.Client, error) {
	return client.New(client.Config{BaseURL: h.serverURL, Key: h.record.Key, HTTPClient: h.caller})
}
