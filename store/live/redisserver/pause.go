//go:build unix

package redisserver

import "syscall"

// Pause stops the process without ending it: it keeps its connections and does not answer.
func (s *Server) Pause() error { return s.proc.Process.Signal(syscall.SIGSTOP) }

// Resume lets a paused process go on.
func (s *Server) Resume() error { return s.proc.Process.Signal(syscall.SIGCONT) }
