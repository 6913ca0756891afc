package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/bench/fakes"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db/pgserver"
	"github.com/jawort/jawort/store/live/redisserver"
)

// Options say what to run.
type Options struct {
	Program string   // the jawort that runs
	Parent  string   // folder for the stack's own; empty: the system's for temporary files
	Env     []string // further settings of every jawort, as NAME=value

	Servers  int           // behind a balancer; 0: one, without a balancer
	Ahead    time.Duration // by which the last server's clock is ahead
	Redis    Redis
	Standby  bool     // Postgres has a synchronous standby
	Disk     int64    // bytes of a file system that Postgres has for itself; 0: none
	Settings []string // of Postgres, beyond those of every stack
	Proxied  bool     // a single Redis, and FCM, are behind proxies
}

// Stack is a running installation.
type Stack struct {
	Server, MobileAPI, PushGW *Process
	Servers                   []*Process // Server first
	Balancer                  *Balancer  // nil: Server has the address
	Redis                     *redisserver.Server
	Postgres, Standby         *pgserver.Server
	Disk                      *Disk
	Fakes                     *fakes.Process
	RedisProxy, FCMProxy      *Proxy

	RedisURL            string
	ServerURL, PhoneURL string
	Key                 string // API key with all scopes
	Tenant, Application string // their ids

	options Options
	dir     string
	ports   ports
	env     []string // of every jawort
	redises []*redisserver.Server
	mu      sync.Mutex
	started int // servers, so that each has a log of its own
}

// Origin is where the login pages lie.
const Origin = "http://login.localhost:9000"

// Start runs everything, and returns when it is ready.
func Start(ctx context.Context, o Options) (_ *Stack, err error) {
	s := &Stack{options: o}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.dir, err = os.MkdirTemp(o.Parent, "jawort-bench-"); err != nil {
		return nil, fmt.Errorf("local: %w", err)
	}
	for _, steps := range [][]func(context.Context) error{
		{s.startPostgres, s.startRedis, s.makeKeys},
		{s.startRedisProxy},
		{s.configure},
		{s.startFakes, s.furnish},
		{s.startProcesses},
	} {
		if err := together(ctx, steps); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// together takes steps that do not need each other.
func together(ctx context.Context, steps []func(context.Context) error) error {
	g, within := errgroup.WithContext(ctx)
	for _, step := range steps {
		g.Go(func() error { return step(within) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

func (s *Stack) makeKeys(context.Context) error {
	set, err := keys.Generate()
	if err != nil {
		return err
	}
	return set.Save(s.keys())
}

func (s *Stack) startFakes(ctx context.Context) (err error) {
	s.Fakes, err = fakes.Start(ctx, s.options.Program, s.dir, s.keys(), Apart())
	if err != nil {
		return err
	}
	if err := s.startFCMProxy(); err != nil {
		return err
	}
	return s.writeConfig()
}

// Connect opens a connection to the database; the caller closes it.
func (s *Stack) Connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, s.Database())
	if err != nil {
		return nil, fmt.Errorf("local: database: %w", err)
	}
	return conn, nil
}

// Processes are those of Jawort.
func (s *Stack) Processes() []*Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(slices.Clone(s.Servers), s.MobileAPI, s.PushGW)
}

func (s *Stack) keys() string { return filepath.Join(s.dir, "keys.json") }

// Close ends everything, the parts that use before those that are used, and removes the folder. A second time does nothing.
func (s *Stack) Close() error {
	for _, p := range s.Processes() {
		if p != nil {
			p.Stop()
		}
	}
	var errs []error
	if s.Fakes != nil {
		errs = append(errs, s.Fakes.Close())
	}
	for _, p := range []*Proxy{s.RedisProxy, s.FCMProxy} {
		if p != nil {
			p.Cut()
		}
	}
	if s.Balancer != nil {
		s.Balancer.Close()
	}
	for _, r := range s.redises {
		r.Kill()
	}
	for _, p := range []*pgserver.Server{s.Standby, s.Postgres} {
		if p != nil {
			p.Remove()
		}
	}
	errs = append(errs, s.Disk.close())
	s.Disk = nil
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
