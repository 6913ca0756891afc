package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/store/live/redisserver"
)

// Redis is how many servers Redis is, and how they hang together.
type Redis string

// The kinds.
const (
	Single   Redis = ""         // one server
	Sentinel Redis = "sentinel" // a master, a replica, and a sentinel that puts the replica in its place
	Cluster  Redis = "cluster"  // three masters, each with a replica
)

const (
	masters     = 3
	clusterTime = 30 * time.Second
)

// startRedis starts what the options say. Stack.Redis is the only server, or the first master.
func (s *Stack) startRedis(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, clusterTime)
	defer cancel()
	if s.options.Redis == Cluster {
		return s.startCluster(ctx)
	}
	if s.Redis, err = s.redis(redisserver.Options{}); err != nil {
		return err
	}
	s.RedisURL = s.Redis.URL
	if s.options.Redis == Sentinel {
		return s.startSentinel(ctx)
	}
	return nil
}

func (s *Stack) startSentinel(ctx context.Context) error {
	replica, err := s.redis(redisserver.Options{Follows: s.Redis})
	if err != nil {
		return err
	}
	if err := replica.Followed(ctx); err != nil {
		return err
	}
	sentinel, err := s.redis(redisserver.Options{Watches: s.Redis})
	if err != nil {
		return err
	}
	s.RedisURL = "redis+sentinel://" + sentinel.Addr + "/" + redisserver.SentinelMaster
	return redisserver.Poll(ctx, func() error { return sentinel.Knows(ctx, replica) })
}

func (s *Stack) startCluster(ctx context.Context) error {
	var nodes []*redisserver.Server
	var addresses []string
	for range 2 * masters {
		node, err := s.redis(redisserver.Options{Cluster: true})
		if err != nil {
			return err
		}
		nodes, addresses = append(nodes, node), append(addresses, node.Addr)
	}
	s.Redis = nodes[0]
	s.RedisURL = "redis+cluster://" + strings.Join(addresses, ",")
	return redisserver.Join(ctx, nodes[:masters], nodes[masters:])
}

// redis starts one server in a folder of its own.
func (s *Stack) redis(o redisserver.Options) (*redisserver.Server, error) {
	o.Dir = filepath.Join(s.dir, "redis-"+strconv.Itoa(len(s.redises)))
	if err := os.Mkdir(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("local: %w", err)
	}
	server, err := redisserver.Start(o)
	if err == nil {
		s.redises = append(s.redises, server)
	}
	return server, err
}
