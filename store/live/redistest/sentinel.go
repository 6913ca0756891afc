package redistest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// SentinelMaster is how Sentinel calls the master that it watches.
const SentinelMaster = "main"

// SentinelServers are a master and the sentinel that knows where it is.
type SentinelServers struct {
	URL      string // redis+sentinel://host:port/main
	Master   *Server
	Sentinel *Server
}

// Sentinel runs a master behind one sentinel.
func Sentinel(tb testing.TB) *SentinelServers {
	tb.Helper()
	master := Start(tb)
	sentinel := start(&Server{tb: tb, watches: master}, false)
	return &SentinelServers{URL: "redis+sentinel://" + sentinel.Addr + "/" + SentinelMaster, Master: master, Sentinel: sentinel}
}

func (s *Server) sentinelFile() string { return filepath.Join(s.dir, "sentinel.conf") }

// configureSentinel writes the file that a sentinel insists on, because it keeps its state there.
func (s *Server) configureSentinel() error {
	if s.watches == nil {
		return nil
	}
	conf := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor %s 127.0.0.1 %d 1\n", s.port, s.dir, SentinelMaster, s.watches.port)
	if err := os.WriteFile(s.sentinelFile(), []byte(conf), 0o600); err != nil {
		return fmt.Errorf("redistest: configure sentinel: %w", err)
	}
	return nil
}
