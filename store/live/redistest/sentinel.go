package redistest

import (
	"testing"

	"github.com/jawort/jawort/store/live/redisserver"
)

// SentinelMaster is how Sentinel calls the master that it watches.
const SentinelMaster = redisserver.SentinelMaster

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
	sentinel := start(tb, redisserver.Options{Watches: master.Server})
	return &SentinelServers{URL: "redis+sentinel://" + sentinel.Addr + "/" + SentinelMaster, Master: master, Sentinel: sentinel}
}
