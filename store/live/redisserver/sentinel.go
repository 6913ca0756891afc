package redisserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
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

// Knows fails as long as a sentinel does not know the replica that it could put in its master's place.
func (s *Server) Knows(ctx context.Context, replica *Server) error {
	client := redis.NewSentinelClient(&redis.Options{Addr: s.Addr, DisableIdentity: true, MaxRetries: -1, DialerRetries: 1})
	defer client.Close()
	replicas, err := client.Replicas(ctx, SentinelMaster).Result()
	if err != nil {
		return fmt.Errorf("redisserver: sentinel: %w", err)
	}
	for _, r := range replicas {
		if r["port"] == strconv.Itoa(replica.Port) && r["flags"] == "slave" && r["master-link-status"] == "ok" {
			return nil
		}
	}
	return errors.New("redisserver: the sentinel does not know the replica yet")
}
