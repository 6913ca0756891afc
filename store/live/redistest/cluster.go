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

	Replicas []*Server // of the master of the same place; nil: there are none
}

// Cluster runs three masters that share the slots, and returns when each of them sees the cluster as whole.
func Cluster(tb testing.TB) *ClusterServers {
	tb.Helper()
	return cluster(tb, masters)
}

// ClusterWithReplicas runs three masters, each with a replica that takes its place.
func ClusterWithReplicas(tb testing.TB) *ClusterServers {
	tb.Helper()
	return cluster(tb, 2*masters)
}

func cluster(tb testing.TB, count int) *ClusterServers {
	tb.Helper()
	var servers []*Server
	var nodes []*redisserver.Server
	var addrs []string
	for range count {
		s := start(tb, redisserver.Options{Cluster: true})
		servers, nodes, addrs = append(servers, s), append(nodes, s.Server), append(addrs, s.Addr)
	}
	ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
	defer cancel()
	if err := redisserver.Join(ctx, nodes[:masters], nodes[masters:]); err != nil {
		tb.Fatalf("redis cluster: %v", err)
	}
	return &ClusterServers{URL: "redis+cluster://" + strings.Join(addrs, ","), Masters: servers[:masters], Replicas: servers[masters:]}
}
