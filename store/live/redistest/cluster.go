package redistest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/store/live/redisserver"
)

const (
	masters     = 3
	joinTimeout = 20 * time.Second
)

// ClusterServers are the masters of a Redis Cluster.
type ClusterServers struct {
	URL     string // redis+cluster://host:port,…
	Masters []*Server
}

// Cluster runs three masters that share the slots, and returns when each of them sees the cluster as whole.
func Cluster(tb testing.TB) *ClusterServers {
	tb.Helper()
	c := &ClusterServers{}
	var addrs []string
	var nodes []*redisserver.Server
	for range masters {
		s := start(tb, redisserver.Options{Cluster: true})
		c.Masters, nodes, addrs = append(c.Masters, s), append(nodes, s.Server), append(addrs, s.Addr)
	}
	c.URL = "redis+cluster://" + strings.Join(addrs, ",")
	ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
	defer cancel()
	if err := redisserver.Join(ctx, nodes, nil); err != nil {
		tb.Fatalf("redis cluster: %v", err)
	}
	return c
}
