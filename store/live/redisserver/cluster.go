package redisserver

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

const slots = 16384

// Join makes a cluster of servers that were started for one: masters that share the slots, and replicas, of which each follows
// the master of the same place. It returns when every one of them sees the cluster as whole.
func Join(ctx context.Context, masters, replicas []*Server) error {
	all := append(append([]*Server(nil), masters...), replicas...)
	for i, s := range all {
		if err := s.meet(ctx, all[0]); err != nil {
			return err
		}
		if i < len(masters) {
			if err := s.own(ctx, slots*i/len(masters), slots*(i+1)/len(masters)-1); err != nil {
				return err
			}
		}
	}
	for i, s := range replicas {
		if err := Poll(ctx, func() error { return s.replicate(ctx, masters[i]) }); err != nil {
			return err
		}
	}
	for _, s := range all {
		if err := Poll(ctx, func() error { return s.whole(ctx, len(masters), len(all)) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) with(do func(*redis.Client) error) error {
	client := s.Client()
	defer client.Close()
	return do(client)
}

func (s *Server) meet(ctx context.Context, other *Server) error {
	if s == other {
		return nil
	}
	err := s.with(func(c *redis.Client) error {
		return c.Do(ctx, "cluster", "meet", "127.0.0.1", other.Port, other.BusPort).Err()
	})
	if err != nil {
		return fmt.Errorf("redisserver: meet: %w", err)
	}
	return nil
}

func (s *Server) own(ctx context.Context, first, last int) error {
	if err := s.with(func(c *redis.Client) error { return c.ClusterAddSlotsRange(ctx, first, last).Err() }); err != nil {
		return fmt.Errorf("redisserver: assign slots: %w", err)
	}
	return nil
}

// replicate fails as long as the server has not heard of the master.
func (s *Server) replicate(ctx context.Context, master *Server) error {
	var id string
	err := master.with(func(c *redis.Client) (err error) {
		id, err = c.ClusterMyID(ctx).Result()
		return err
	})
	if err != nil {
		return fmt.Errorf("redisserver: replicate: %w", err)
	}
	return s.with(func(c *redis.Client) error { return c.ClusterReplicate(ctx, id).Err() })
}

func (s *Server) whole(ctx context.Context, masters, nodes int) error {
	return s.with(func(c *redis.Client) error {
		info, err := c.ClusterInfo(ctx).Result()
		if err != nil {
			return err
		}
		for _, want := range []string{"cluster_state:ok", "cluster_known_nodes:" + strconv.Itoa(nodes), "cluster_size:" + strconv.Itoa(masters)} {
			if !strings.Contains(info, want) {
				return errors.New("cluster is not whole yet: " + info)
			}
		}
		return s.followed(ctx, c)
	})
}

// followed says whether a replica has its master's data.
func (s *Server) followed(ctx context.Context, c *redis.Client) error {
	info, err := c.InfoMap(ctx, "replication").Result()
	if err != nil {
		return err
	}
	if r := info["Replication"]; r["role"] == "slave" && r["master_link_status"] != "up" {
		return errors.New("replica has no link to its master yet")
	}
	return nil
}

// Followed waits until a replica has its master's data.
func (s *Server) Followed(ctx context.Context) error {
	return Poll(ctx, func() error {
		return s.with(func(c *redis.Client) error { return s.followed(ctx, c) })
	})
}
