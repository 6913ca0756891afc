// Package pgtest gives tests a real Postgres: one server per test binary, started when the first test asks for it
// and ended with the binary, and in it a fresh database per test. Servers of their own are for tests that
// kill them.
//
// It never skips: where Postgres is not installed, the test fails and names the package to install.
package pgtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/jawort/jawort/store/db"
)

// shared is the server of this test binary. Tests find it without being handed it, hence the package variable.
var shared binary

type binary struct {
	mu     sync.Mutex
	open   bool // Shared was called
	server *Server
}

// Main runs the tests of a binary that needs nothing else: func TestMain(m *testing.M) { pgtest.Main(m) }.
func Main(m *testing.M) {
	stop := Shared()
	code := m.Run()
	stop()
	os.Exit(code)
}

// Shared lets the tests of this binary use New until the returned function is called. It belongs into TestMain.
func Shared() (stop func()) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	shared.open = true
	return shared.stop
}

func (b *binary) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = false
	if b.server != nil {
		b.server.remove()
		b.server = nil
	}
}

func (b *binary) get(t testing.TB) *Server {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		t.Fatal("pgtest: TestMain must call pgtest.Main or pgtest.Shared")
	}
	if b.server == nil {
		s, err := start()
		if err != nil {
			t.Fatal(err)
		}
		b.server = s
	}
	return b.server
}

// New returns the URL of a fresh database with all migrations applied.
func New(t testing.TB) string {
	t.Helper()
	return shared.get(t).New(t)
}

// Empty returns the URL of a fresh database without any table.
func Empty(t testing.TB) string {
	t.Helper()
	return shared.get(t).create(t, "template1")
}

// databases makes the databases of one server.
type databases struct {
	count    atomic.Int64
	once     sync.Once
	migrated error
}

const template = "jawort_template"

// New returns the URL of a fresh database of this server with all migrations applied.
func (s *Server) New(t testing.TB) string {
	t.Helper()
	s.once.Do(func() { s.migrated = s.migrate() })
	if s.migrated != nil {
		t.Fatalf("pgtest: migrate: %v", s.migrated)
	}
	return s.create(t, template)
}

// migrate makes the template: copying it is faster than applying the migrations again.
func (s *Server) migrate() error {
	ctx := context.Background()
	if err := s.admin(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	store, err := db.Open(ctx, s.URL(template), db.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return store.Close()
}

func (s *Server) create(t testing.TB, from string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.count.Add(1))
	// Files are copied in half the time that it takes to log every page of them, and no loss of power is in the tests.
	if err := s.admin(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+from+" STRATEGY FILE_COPY"); err != nil {
		t.Fatalf("pgtest: create a database: %v", err)
	}
	return s.URL(name)
}

func (s *Server) admin(ctx context.Context, statement string) error {
	s.adminMu.Lock() // two databases cannot be copied from one template at once
	defer s.adminMu.Unlock()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
