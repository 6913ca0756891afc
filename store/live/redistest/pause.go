//go:build unix

package redistest

// Pause stops the process without ending it: it keeps its connections and does not answer.
func (s *Server) Pause() {
	s.tb.Helper()
	if err := s.Server.Pause(); err != nil {
		s.tb.Fatalf("redis-server: pause: %v", err)
	}
}

// Resume lets a paused process go on.
func (s *Server) Resume() {
	s.tb.Helper()
	if err := s.Server.Resume(); err != nil {
		s.tb.Fatalf("redis-server: resume: %v", err)
	}
}
