package pgtest

import (
	"sync"
	"testing"

	"github.com/jawort/jawort/store/db/pgserver"
)

// Server is one Postgres with its data in a temporary folder, reachable by a unix socket in the same folder.
type Server struct {
	databases
	adminMu sync.Mutex
	process *pgserver.Server
}

// NewServer starts a server of this test's own, and ends it with the test.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.remove)
	return s
}

// URL returns the URL of a database of this server. It stays the same over a restart.
func (s *Server) URL(database string) string { return s.process.URL(database) }

// Kill ends the server as a crash would: nothing is finished, no connection is told.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.process.Kill()
}

// Restart starts a killed server on the same data and returns when it answers.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.process.Restart(); err != nil {
		t.Fatal(err)
	}
}

// settings: speed instead of safety against a loss of power, which no test can cause. The commit itself stays
// synchronous, because the store refuses anything else.
var settings = []string{"fsync=off", "full_page_writes=off", "synchronous_commit=on", "max_connections=400", "shared_buffers=32MB"}

func start() (*Server, error) {
	process, err := pgserver.Start(pgserver.Options{Settings: settings})
	if err != nil {
		return nil, err
	}
	return &Server{process: process}, nil
}

func (s *Server) remove() { s.process.Remove() }
