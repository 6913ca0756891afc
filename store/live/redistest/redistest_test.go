package redistest_test

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/store/live/redistest"
)

func TestAServerCanBeKilledAndComesBackEmptyOnTheSamePort(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := redistest.Start(t)
	client := s.Client()
	defer client.Close()
	if err := client.Set(ctx, "key", "value", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if err := client.Ping(ctx).Err(); err == nil {
		t.Fatal("a killed server answers")
	}
	s.Restart()
	fresh := s.Client()
	defer fresh.Close()
	if n, err := fresh.DBSize(ctx).Result(); err != nil || n != 0 {
		t.Fatalf("after a restart: %d keys, %v", n, err)
	}
}

func TestAClusterServesEverySlot(t *testing.T) {
	t.Parallel()
	c := redistest.Cluster(t)
	var addrs []string
	for _, m := range c.Masters {
		addrs = append(addrs, m.Addr)
	}
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, DisableIdentity: true})
	defer client.Close()
	err := client.ForEachMaster(t.Context(), func(ctx context.Context, node *redis.Client) error {
		return node.Ping(ctx).Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		if err := client.Set(t.Context(), key, key, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
}
