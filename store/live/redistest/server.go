// Package redistest starts real redis-server processes for tests, on free ports of the loopback interface, and
// stops them when the test ends. It knows nothing of what is kept in them.
package redistest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	startTimeout = 20 * time.Second
	pollInterval = 10 * time.Millisecond
	startTries   = 5
)

// Server is one redis-server process.
type Server struct {
	URL  string // redis://127.0.0.1:port
	Addr string

	tb      testing.TB
	binary  string
	dir     string
	port    int
	busPort int     // on which the masters of a cluster talk to each other; 0: no cluster
	watches *Server // a sentinel's master; nil: no sentinel
	proc    *exec.Cmd
	exited  chan struct{}
	output  *bytes.Buffer // complete once the process has exited
}

// Start runs a server of its own for this test: no persistence, no eviction.
func Start(tb testing.TB) *Server {
	tb.Helper()
	return start(&Server{tb: tb}, false)
}

func start(s *Server, cluster bool) *Server {
	tb := s.tb
	tb.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		tb.Fatal("redis-server is missing: install the Debian package redis-server")
	}
	s.binary, s.dir = binary, tb.TempDir()
	tb.Cleanup(s.Kill)
	// Between finding a free port and listening on it another process may take it.
	for range startTries {
		s.take(freePort(tb))
		if cluster {
			s.busPort = freePort(tb)
		}
		if err = s.launch(); err == nil {
			return s
		}
	}
	tb.Fatalf("redis-server does not start: %v\n%s", err, s.output)
	return nil
}

func (s *Server) take(port int) {
	s.port = port
	s.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	s.URL = "redis://" + s.Addr
}

func (s *Server) args() []string {
	if s.watches != nil {
		return []string{s.sentinelFile(), "--sentinel"}
	}
	args := []string{
		"--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir,
		"--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--daemonize", "no",
	}
	if s.busPort != 0 {
		args = append(args, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(s.busPort), "--cluster-node-timeout", "2000")
	}
	return args
}

func (s *Server) launch() error {
	if err := s.configureSentinel(); err != nil {
		return err
	}
	proc, exited, output := exec.Command(s.binary, s.args()...), make(chan struct{}), new(bytes.Buffer)
	proc.SysProcAttr = dieWithTest()
	proc.Stdout, proc.Stderr = output, output
	s.output = output
	if err := proc.Start(); err != nil {
		return fmt.Errorf("redistest: start: %w", err)
	}
	s.proc, s.exited = proc, exited
	go func() {
		defer close(exited)
		_ = proc.Wait()
	}()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := poll(ctx, func() error { return s.ours(ctx) }); err != nil {
		s.Kill()
		return err
	}
	return nil
}

// ours checks that the server behind the port is the one that was started.
func (s *Server) ours(ctx context.Context) error {
	select {
	case <-s.exited:
		return errExited
	default:
	}
	knock, err := net.DialTimeout("tcp", s.Addr, time.Second) // go-redis would log every refusal
	if err != nil {
		return err
	}
	_ = knock.Close()
	client := s.Client()
	defer client.Close()
	info, err := client.InfoMap(ctx, "server").Result()
	if err != nil {
		return err
	}
	if info["Server"]["process_id"] != strconv.Itoa(s.proc.Process.Pid) {
		return errExited
	}
	return nil
}

// Kill ends the process at once, as a crash would. Killing it twice does nothing.
func (s *Server) Kill() {
	if s.proc == nil {
		return
	}
	_ = s.proc.Process.Kill()
	<-s.exited
	s.proc = nil
}

// Restart ends the process and starts an empty one on the same port.
func (s *Server) Restart() {
	s.tb.Helper()
	s.Kill()
	if err := s.launch(); err != nil {
		s.tb.Fatalf("redis-server does not start again: %v\n%s", err, s.output)
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

// Client returns a plain client; the caller closes it.
func (s *Server) Client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Addr, DisableIdentity: true, MaxRetries: -1, DialerRetries: 1})
}

func freePort(tb testing.TB) int {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("redis: find a free port: %v", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
