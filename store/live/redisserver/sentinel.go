package redisserver

import (
	"fmt"
	"os"
	"path/filepath"
)

// SentinelMaster is how a sentinel calls the master that it watches.
const SentinelMaster = "main"

func (s *Server) sentinelFile() string { return filepath.Join(s.options.Dir, "sentinel.conf") }

// configureSentinel writes the file that a sentinel insists on, because it keeps its state there.
func (s *Server) configureSentinel() error {
	if s.options.Watches == nil {
		return nil
	}
	conf := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor %s 127.0.0.1 %d 1\n", s.Port, s.options.Dir, SentinelMaster, s.options.Watches.Port)
	if err := os.WriteFile(s.sentinelFile(), []byte(conf), 0o600); err != nil {
		return fmt.Errorf("redisserver: configure sentinel: %w", err)
	}
	return nil
}
