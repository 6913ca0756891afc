// Package pgserver runs a Postgres of its own in a temporary folder: for the load generator, and for tests through
// package pgtest. It knows nothing of what is kept in it.
package pgserver

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Options say what kind of server it is.
type Options struct {
	Parent   string   // folder to make the server's own in; empty: the system's for temporary files
	Settings []string // name=value, beside the server's defaults
	Follows  *Server  // it is a standby of this server, called Standby; nil: it is a primary
}

// Server is one Postgres with its data in a temporary folder, reachable by a unix socket in the same folder. It does not
// outlive its owner.
type Server struct {
	options  Options
	binaries string
	dir      string
	process  *exec.Cmd
	log      *tail
}

// Start makes a server and returns when it accepts connections.
func Start(o Options) (*Server, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	dir, err := makeDir(o.Parent)
	if err != nil {
		return nil, fmt.Errorf("pgserver: %w", err)
	}
	s := &Server{options: o, binaries: binaries, dir: dir}
	if err = s.init(); err == nil {
		err = s.Restart()
	}
	if err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// URL returns the URL of a database of this server. It stays the same over a restart.
func (s *Server) URL(database string) string {
	return "postgres://postgres@/" + database + "?host=" + url.QueryEscape(s.dir)
}

// WritableURL returns the URL of a database of this server or, where that has taken over, of its standby.
func (s *Server) WritableURL(database string, standby *Server) string {
	return "postgres://postgres@/" + database + "?host=" + url.QueryEscape(s.dir+","+standby.dir) + "&target_session_attrs=read-write"
}

// PID is the process whose children are the server's backends; 0 while it does not run.
func (s *Server) PID() int {
	if s.process == nil {
		return 0
	}
	return s.process.Process.Pid
}

// Stop ends the server in order: it finishes what it is doing, tells its connections, and writes everything down.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

// Kill ends the server as a crash would: nothing is finished, no connection is told.
func (s *Server) Kill() { s.end(syscall.SIGQUIT) }

// Remove kills the server and deletes its folder. A second time does nothing.
func (s *Server) Remove() {
	s.Kill()
	_ = os.RemoveAll(s.dir)
}

// Restart starts a killed server on the same data and returns when it accepts connections.
func (s *Server) Restart() error {
	args := []string{"-D", s.data(), "-k", s.dir, "-h", ""}
	for _, setting := range s.options.Settings {
		args = append(args, "-c", setting)
	}
	process, err := s.command("postgres", args...)
	if err != nil {
		return err
	}
	out, err := process.StderrPipe()
	if err != nil {
		return fmt.Errorf("pgserver: %w", err)
	}
	if err := process.Start(); err != nil {
		return fmt.Errorf("pgserver: %w", err)
	}
	s.process, s.log = process, follow(out)
	if !<-s.log.ready {
		_ = process.Wait()
		s.process = nil
		return fmt.Errorf("pgserver: postgres did not start:\n%s", s.log)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) init() error {
	if s.options.Follows != nil {
		return s.copyPrimary()
	}
	initdb, err := s.command("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("pgserver: initdb: %w\n%s", err, out)
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
