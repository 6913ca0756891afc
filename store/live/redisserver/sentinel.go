package redisserver

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// SentinelMaster is how a sentinel calls the master that it watches.
const SentinelMaster = "main"

// A master that has been silent for so long is down; a fail-over that has not succeeded after so long is begun anew.
const (
	downAfter    = time.Second
	failoverTime = 5 * time.Second
)

func (s *Server) sentinelFile() string { return filepath.Join(s.options.Dir, "sentinel.conf") }

// configureSentinel writes the file that a sentinel insists on, because it keeps its state there.
func (s *Server) configureSentinel() error {
	if s.options.Watches == nil {
		return nil
	}
	conf := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor %s 127.0.0.1 %d 1\n"+
		"sentinel down-after-milliseconds %[3]s %[5]d\nsentinel failover-timeout %[3]s %[6]d\n",
		s.Port, s.options.Dir, SentinelMaster, s.options.Watches.Port, downAfter.Milliseconds(), failoverTime.Milliseconds())
	if err := os.WriteFile(s.sentinelFile(), []byte(conf), 0o600); err != nil {
		return fmt.Errorf("redisserver: configure sentinel: %w", err)
	}
	return nil
}
