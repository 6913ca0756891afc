package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

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
}

// Stack is a running installation.
type Stack struct {
	Server, MobileAPI, PushGW *Process
	Redis                     *redisserver.Server
	Postgres                  *pgserver.Server
	Fakes                     *fakes.Process

	ServerURL, PhoneURL string
	Key                 string // API key with all scopes
	Tenant, Application string // their ids

	options Options
	dir     string
	ports   ports
	env     []string // of every jawort
}

// Origin is where the login pages lie.
const Origin = "http://login.localhost:9000"

// settings are Postgres as an operator of one machine would run it: what is acknowledged is on the disk.
var settings = []string{"fsync=on", "full_page_writes=on", "synchronous_commit=on", "max_connections=200", "shared_buffers=256MB", "max_wal_size=2GB"}

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

func (s *Stack) startPostgres(context.Context) (err error) {
	s.Postgres, err = pgserver.Start(pgserver.Options{Parent: s.options.Parent, Settings: settings})
	return err
}

func (s *Stack) startRedis(context.Context) (err error) {
	s.Redis, err = redisserver.Start(redisserver.Options{Dir: s.dir})
	return err
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
	return s.writeConfig()
}

func (s *Stack) startProcesses(ctx context.Context) error {
	for i, p := range []struct {
		name string
		at   **Process
	}{{"server", &s.Server}, {"mobile-api", &s.MobileAPI}, {"pushgw", &s.PushGW}} {
		admin := net.JoinHostPort("127.0.0.1", strconv.Itoa(s.ports.admin[i]))
		*p.at = &Process{
			Name: p.name, Admin: "http://" + admin, program: s.options.Program, dir: s.dir,
			env: append([]string{"JAWORT_ADMIN_LISTEN=" + admin, "JAWORT_CONFIG=" + s.configFile()}, s.env...),
		}
		if err := (*p.at).Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Database returns the URL of the database.
func (s *Stack) Database() string { return s.Postgres.URL("postgres") }

// Connect opens a connection to the database; the caller closes it.
func (s *Stack) Connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, s.Database())
	if err != nil {
		return nil, fmt.Errorf("local: database: %w", err)
	}
	return conn, nil
}

// Processes are those of Jawort.
func (s *Stack) Processes() []*Process { return []*Process{s.Server, s.MobileAPI, s.PushGW} }

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
	if s.Redis != nil {
		s.Redis.Kill()
	}
	if s.Postgres != nil {
		s.Postgres.Remove()
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}
