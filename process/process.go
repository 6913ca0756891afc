// Package process puts the parts of Jawort together from a configuration: the server, mobile-api and pushgw in
// one process, or one of them. It owns the order in which they start and stop, and knows none of their business.
package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/courier/dispatch"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/messages"
)

// Parts are the processes to run.
type Parts struct {
	Server, MobileAPI, PushGW bool
}

// All is everything in one process.
var All = Parts{Server: true, MobileAPI: true, PushGW: true}

// Options are what a process is made of.
type Options struct {
	Config *config.Config
	Keys   *keys.Set
	Parts  Parts
	Log    *slog.Logger
	Now    func() time.Time
	Random io.Reader
	// Tick makes the paces of the server's background parts; nil: by the clock.
	Tick func(time.Duration) (ticks <-chan time.Time, stop func())
	// Listeners replace the addresses of the configuration, where the port has to be known before.
	Listeners Listeners
}

// Listeners are open already.
type Listeners struct {
	Server, MobileAPI, Admin net.Listener
}

// Addrs are where a process listens; empty where it does not.
type Addrs struct {
	Server, MobileAPI, Admin string
}

// grace is how long requests under way may go on after the order to stop.
const grace = 10 * time.Second

// Process is the running parts with their stores. Open makes one, Run runs it once and closes it.
type Process struct {
	options  Options
	live     *live.Store
	lasting  *lasting.Store
	wakeups  *live.Wakeups
	ledger   *ledger.Store
	messages *messages.Store
	receipts *dispatch.Receipts
	metrics  *prometheus.Registry
	sources  *edge.Sources
	figures  *figures.Reporter
	faces    []func(context.Context) error // take work from outside: stop first
	addrs    Addrs
	open     []io.Closer // what has to be closed where Run is never reached
}

// Open opens the stores, listens, and prepares the parts.
func Open(ctx context.Context, o Options) (*Process, error) {
	p := &Process{options: o, metrics: prometheus.NewRegistry()}
	p.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err := p.prepare(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Process) prepare(ctx context.Context) error {
	var err error
	if p.sources, err = p.options.Config.Sources(); err != nil {
		return fmt.Errorf("process: trusted_proxies%w", err)
	}
	if err := p.openStores(ctx); err != nil {
		return err
	}
	if p.figures, err = p.reporter(); err != nil {
		return err
	}
	for _, part := range []struct {
		wanted  bool
		prepare func(context.Context) error
	}{
		{p.options.Parts.Server, p.prepareServer},
		{p.options.Parts.MobileAPI, p.prepareMobileAPI},
		{p.options.Parts.PushGW, p.preparePushGW},
		{true, p.prepareAdmin},
	} {
		if !part.wanted {
			continue
		}
		if err := part.prepare(ctx); err != nil {
			return err
		}
	}
	return nil
}

// face listens, at the address of the key unless that is open already, and serves h once the process runs.
func (p *Process) face(key string, given net.Listener, l edge.Listen, addr *string, h http.Handler) error {
	if given == nil {
		var err error
		if given, err = l.Open(); err != nil {
			return unheard(key, l.Addr, err)
		}
	}
	p.open = append(p.open, given)
	*addr = given.Addr().String()
	p.faces = append(p.faces, func(ctx context.Context) error { return edge.Serve(ctx, given, h, grace) })
	return nil
}

// unheard names the key to change: the three processes have the same defaults, and often share a machine.
func unheard(key, addr string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		variable := "JAWORT_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
		return fmt.Errorf("%s: %s is taken; each process on this machine needs its own (%s)", key, addr, variable)
	}
	return fmt.Errorf("%s: %w", key, err)
}

// Run runs the parts until ctx ends or one of them fails. Then the faces stop taking work and finish what they have;
// what they lean on (wake-ups, the admin port, the stores) goes last.
func (p *Process) Run(ctx context.Context) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var base errgroup.Group
	base.Go(func() error { return p.wakeups.Run(background) })
	base.Go(func() error { return p.figures.Run(background) })

	faces, facing := errgroup.WithContext(ctx)
	for _, run := range p.faces {
		faces.Go(func() error { return run(facing) })
	}
	err := faces.Wait()
	stop()
	return errors.Join(err, base.Wait(), p.Close())
}

// Close closes the stores and listeners. Run does it too; a second time does nothing.
func (p *Process) Close() error {
	var errs []error
	for i := len(p.open) - 1; i >= 0; i-- {
		if err := p.open[i].Close(); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	p.open = nil
	return errors.Join(errs...)
}

// Lasting is the lasting store, for who sets up tenants in the same process.
func (p *Process) Lasting() *lasting.Store { return p.lasting }

// Live is the live store, for tests that move its clock.
func (p *Process) Live() *live.Store { return p.live }

// Addrs says where the process listens.
func (p *Process) Addrs() Addrs { return p.addrs }

// ready asks both stores: without either, nothing can be acknowledged.
func (p *Process) ready(ctx context.Context) error {
	return errors.Join(p.lasting.Ping(ctx), p.live.Ping(ctx))
}
