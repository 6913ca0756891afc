package redistest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/store/live/redisserver"
)

const (
	masters = 3
	slots   = 16384

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
	for range masters {
		s := start(tb, redisserver.Options{Cluster: true})
		c.Masters = append(c.Masters, s)
		addrs = append(addrs, s.Addr)
	}
	c.URL = "redis+cluster://" + strings.Join(addrs, ",")
	ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
	defer cancel()
	if err := c.join(ctx); err != nil {
		tb.Fatalf("redis cluster: %v", err)
	}
	return c
}

func (c *ClusterServers) join(ctx context.Context) error {
	for i, s := range c.Masters {
		client := s.Client()
		defer client.Close()
		first, last := slots*i/masters, slots*(i+1)/masters-1
		if err := client.ClusterAddSlotsRange(ctx, first, last).Err(); err != nil {
			return fmt.Errorf("assign slots: %w", err)
		}
		other := c.Masters[0]
		if err := client.Do(ctx, "cluster", "meet", "127.0.0.1", other.Port, other.BusPort).Err(); i > 0 && err != nil {
			return fmt.Errorf("meet: %w", err)
		}
	}
	for _, s := range c.Masters {
		client := s.Client()
		defer client.Close()
		if err := redisserver.Poll(ctx, func() error { return whole(ctx, client) }); err != nil {
			return err
		}
	}
	return nil
}

func whole(ctx context.Context, client *redis.Client) error {
	info, err := client.ClusterInfo(ctx).Result()
	if err != nil {
		return err
	}
	if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:"+strconv.Itoa(masters)) {
		return errors.New("cluster is not whole yet: " + info)
	}
	return nil
}
