package pgtest

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Server is one Postgres with its data in a temporary folder, reachable by a unix socket in the same folder.
type Server struct {
	databases
	adminMu  sync.Mutex
	binaries string
	dir      string
	process  *exec.Cmd
	log      *tail
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
func (s *Server) URL(database string) string {
	return "postgres://postgres@/" + database + "?host=" + url.QueryEscape(s.dir)
}

// Kill ends the server as a crash would: nothing is finished, no connection is told.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.end(syscall.SIGQUIT)
}

// Restart starts a killed server on the same data and returns when it answers.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
}

func start() (*Server, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	dir, err := makeDir()
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	s := &Server{binaries: binaries, dir: dir}
	if err = s.init(); err == nil {
		err = s.run()
	}
	if err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) init() error {
	initdb, err := s.command("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w\n%s", err, out)
	}
	return nil
}

// settings: speed instead of safety against a loss of power, which no test can cause. The commit itself stays
// synchronous, because the store refuses anything else.
var settings = []string{"fsync=off", "full_page_writes=off", "synchronous_commit=on", "max_connections=400", "shared_buffers=32MB"}

// run starts the server and returns when it accepts connections.
func (s *Server) run() error {
	args := []string{"-D", s.data(), "-k", s.dir, "-h", ""}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	process, err := s.command("postgres", args...)
	if err != nil {
		return err
	}
	out, err := process.StderrPipe()
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	if err := process.Start(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.process, s.log = process, follow(out)
	if !<-s.log.ready {
		_ = process.Wait()
		s.process = nil
		return fmt.Errorf("pgtest: postgres did not start:\n%s", s.log)
	}
	return nil
}

func (s *Server) end(signal syscall.Signal) {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(signal)
	<-s.log.ended
	_ = s.process.Wait()
	s.process = nil
}

func (s *Server) remove() {
	s.end(syscall.SIGQUIT)
	_ = os.RemoveAll(s.dir)
}

// tail follows the server's log until its end.
type tail struct {
	ready chan bool // true once the server accepts connections, false when it ends before
	ended chan struct{}

	mu   sync.Mutex
	last []string
}

const kept = 20

func follow(out io.Reader) *tail {
	t := &tail{ready: make(chan bool, 1), ended: make(chan struct{})}
	go t.read(out)
	return t
}

func (t *tail) read(out io.Reader) {
	defer close(t.ended)
	defer close(t.ready)
	told := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		t.keep(lines.Text())
		if !told && strings.Contains(lines.Text(), "ready to accept connections") {
			told = true
			t.ready <- true
		}
	}
}

func (t *tail) keep(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, line)
	t.last = t.last[max(0, len(t.last)-kept):]
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.last, "\n")
}
