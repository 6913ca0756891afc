// Package redistest starts real redis-server processes for tests, on free ports of the loopback interface, and
// stops them when the test ends. It knows nothing of what is kept in them.
package redistest

import (
	"context"
	"testing"

	"github.com/jawort/jawort/store/live/redisserver"
)

// Server is one redis-server process, which ends with its test.
type Server struct {
	*redisserver.Server
	tb testing.TB
}

// Start runs a server of its own for this test: no persistence, no eviction.
func Start(tb testing.TB) *Server {
	tb.Helper()
	return start(tb, redisserver.Options{})
}

func start(tb testing.TB, o redisserver.Options) *Server {
	tb.Helper()
	o.Dir = tb.TempDir()
	s, err := redisserver.Start(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Kill)
	return &Server{Server: s, tb: tb}
}

// Restart ends the process and starts an empty one on the same port.
func (s *Server) Restart() {
	s.tb.Helper()
	if err := s.Server.Restart(); err != nil {
		s.tb.Fatal(err)
	}
}

// Flush removes everything from the server.
func (s *Server) Flush() {
	s.tb.Helper()
	client := s.Client()
	defer client.Close()
	if err := client.FlushAll(context.Background()).Err(); err != nil {
		s.tb.Fatalf("redis: flush: %v", err)
	}
}
