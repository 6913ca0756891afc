// Package redisserver runs redis-server processes of its own, on free ports of the loopback interface: for the load
// generator, and for tests through package redistest. It knows nothing of what is kept in them.
package redisserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	startTimeout = 20 * time.Second
	pollInterval = 10 * time.Millisecond
	startTries   = 5
)

// Options say what kind of server it is. The zero value keeps nothing and evicts nothing.
type Options struct {
	Dir     string  // its working folder
	Cluster bool    // a node of a cluster that it has not joined yet
	Follows *Server // it is a replica of this master; nil: it is none
	Watches *Server // it is a sentinel of this master; nil: it is none
}

// Server is one redis-server process. It does not outlive its owner.
type Server struct {
	URL     string // redis://127.0.0.1:port
	Addr    string
	Port    int
	BusPort int // on which the masters of a cluster talk to each other; 0: no cluster

	options Options
	binary  string
	proc    *exec.Cmd
	exited  chan struct{}
	output  *bytes.Buffer // complete once the process has exited
}

// Start runs a server and returns when it answers.
func Start(o Options) (*Server, error) {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, errors.New("redis-server is missing: install the Debian package redis-server")
	}
	s := &Server{options: o, binary: binary}
	// Between finding a free port and listening on it another process may take it.
	for range startTries {
		if err = s.take(); err != nil {
			return nil, err
		}
		if err = s.launch(); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("redis-server does not start: %w\n%s", err, s.output)
}

func (s *Server) take() (err error) {
	if s.Port, err = freePort(); err != nil {
		return err
	}
	if s.options.Cluster {
		if s.BusPort, err = freePort(); err != nil {
			return err
		}
	}
	s.Addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port))
	s.URL = "redis://" + s.Addr
	return nil
}

func (s *Server) args() []string {
	if s.options.Watches != nil {
		return []string{s.sentinelFile(), "--sentinel"}
	}
	args := []string{
		"--port", strconv.Itoa(s.Port), "--bind", "127.0.0.1", "--dir", s.options.Dir,
		"--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction", "--daemonize", "no",
	}
	if s.options.Follows != nil {
		args = append(args, "--replicaof", "127.0.0.1", strconv.Itoa(s.options.Follows.Port))
	}
	if s.BusPort != 0 {
		args = append(args, "--cluster-enabled", "yes", "--cluster-port", strconv.Itoa(s.BusPort), "--cluster-node-timeout", "2000",
			"--cluster-config-file", filepath.Join(s.options.Dir, "nodes-"+strconv.Itoa(s.Port)+".conf"))
	}
	return args
}

func (s *Server) launch() error {
	if err := s.configureSentinel(); err != nil {
		return err
	}
	proc, exited, output := exec.Command(s.binary, s.args()...), make(chan struct{}), new(bytes.Buffer)
	proc.SysProcAttr = dieWithOwner()
	proc.Stdout, proc.Stderr = output, output
	s.output = output
	if err := proc.Start(); err != nil {
		return fmt.Errorf("redisserver: start: %w", err)
	}
	s.proc, s.exited = proc, exited
	go func() {
		defer close(exited)
		_ = proc.Wait()
	}()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := Poll(ctx, func() error { return s.ours(ctx) }); err != nil {
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
	if info["Server"]["process_id"] != strconv.Itoa(s.PID()) {
		return errExited
	}
	return nil
}

// PID is the process; 0 while it does not run.
func (s *Server) PID() int {
	if s.proc == nil {
		return 0
	}
	return s.proc.Process.Pid
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
func (s *Server) Restart() error {
	s.Kill()
	if err := s.launch(); err != nil {
		return fmt.Errorf("redis-server does not start again: %w\n%s", err, s.output)
	}
	return nil
}

// Client returns a plain client; the caller closes it.
func (s *Server) Client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.Addr, DisableIdentity: true, MaxRetries: -1, DialerRetries: 1})
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("redisserver: find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
