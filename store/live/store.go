package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"github.com/jawort/jawort/refusal"
)

// Config says where Redis is.
type Config struct {
	URL    string      // see parseURL; or Embedded
	Pushes *PushLimits // nil: DefaultPushLimits. The same in all processes
}

// Store is the live state. It is safe for concurrent use.
type Store struct {
	client   redis.UniversalClient
	now      func() time.Time
	limits   PushLimits
	embedded *miniredis.Miniredis // nil where Redis is outside
	clock    *pacemaker           // of the embedded one

	life  context.Context // ends with Close; owns the store's goroutines
	end   context.CancelFunc
	tasks sync.WaitGroup
	close sync.Once
}

// Open connects, and refuses a Redis that may evict keys: a forgotten approval is a login that hangs.
// ctx bounds the opening only.
func Open(ctx context.Context, cfg Config, now func() time.Time) (*Store, error) {
	limits := DefaultPushLimits()
	if cfg.Pushes != nil {
		limits = *cfg.Pushes
	}
	if err := limits.validate(); err != nil {
		return nil, err
	}
	s := &Store{now: now, limits: limits}
	s.life, s.end = context.WithCancel(context.WithoutCancel(ctx))
	options, err := s.options(cfg)
	if err != nil {
		s.end()
		return nil, err
	}
	s.client = newClient(options)
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// mapAge is how old the map of a cluster's slots may be. Where a master is lost, nobody tells: its replica is found by looking again.
const mapAge = time.Second

func newClient(o *redis.UniversalOptions) redis.UniversalClient {
	if !o.IsClusterMode {
		return redis.NewUniversalClient(o)
	}
	cluster := o.Cluster()
	cluster.ClusterStateReloadInterval = mapAge
	return redis.NewClusterClient(cluster)
}

func (s *Store) options(cfg Config) (*redis.UniversalOptions, error) {
	if cfg.URL != Embedded {
		o, err := parseURL(cfg.URL)
		if err != nil {
			return nil, fmt.Errorf("live: redis url: %w", err)
		}
		return o, nil
	}
	server, o, err := startEmbedded()
	if err != nil {
		return nil, err
	}
	s.embedded, s.clock = server, &pacemaker{server: server, now: s.now}
	s.tasks.Go(func() { s.clock.follow(s.life) })
	return o, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if err := s.Ping(ctx); err != nil {
		return err
	}
	if s.embedded == nil {
		if err := s.checkEviction(ctx); err != nil {
			return err
		}
	}
	for name, script := range scripts {
		if err := script.Load(ctx, s.client).Err(); err != nil {
			return fmt.Errorf("live: load script %s: %w", name, unavailable(err))
		}
	}
	return nil
}

// checkEviction asks every master. INFO is used because hosted Redis often forbids CONFIG.
func (s *Store) checkEviction(ctx context.Context) error {
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
			return checkEviction(ctx, node)
		})
	}
	return checkEviction(ctx, s.client)
}

func checkEviction(ctx context.Context, node redis.Cmdable) error {
	info, err := node.Info(ctx, "memory").Result()
	if err != nil {
		return fmt.Errorf("live: read redis memory policy: %w", unavailable(err))
	}
	for line := range strings.Lines(info) {
		policy, ok := strings.CutPrefix(strings.TrimSpace(line), "maxmemory_policy:")
		if ok && policy == "noeviction" {
			return nil
		}
		if ok {
			return fmt.Errorf("live: redis evicts keys (maxmemory-policy %s): set maxmemory-policy noeviction", policy)
		}
	}
	return errors.New("live: redis does not tell its maxmemory-policy")
}

// Size counts the keys of Redis, whoever put them there.
func (s *Store) Size(ctx context.Context) (int64, error) {
	n, err := s.client.DBSize(ctx).Result() // of a cluster: all masters
	if err != nil {
		return 0, fmt.Errorf("live: count keys: %w", unavailable(err))
	}
	return n, nil
}

// Close ends the store and everything that it runs. It may be called twice.
func (s *Store) Close() error {
	var err error
	s.close.Do(func() {
		s.end()
		s.tasks.Wait()
		err = s.client.Close()
		if s.embedded != nil {
			s.embedded.Close()
		}
	})
	return err
}

// Ping reports whether Redis answers; on a cluster, whether every master does.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		return unavailable(cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
			return node.Ping(ctx).Err()
		}))
	}
	return unavailable(s.client.Ping(ctx).Err())
}

// pipeline runs what add queues, in one round trip per node. It returns no error: each command has its own.
func (s *Store) pipeline(ctx context.Context, add func(redis.Pipeliner)) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := s.client.Pipeline()
	add(p)
	_, _ = p.Exec(ctx)
}

// passing are the answers of a server that cannot serve now, but may soon.
var passing = []string{"LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "OOM", "MISCONF", "BUSY", "MOVED", "ASK", "ERR max number of clients"}

// unavailable turns everything that is not an answer of a healthy server into refusal.ErrUnavailable. A
// script's error and redis.Nil stay as they are.
func unavailable(err error) error {
	if err == nil || errors.Is(err, redis.Nil) {
		return err
	}
	var answer redis.Error
	if errors.As(err, &answer) && !isPassing(answer) {
		return err
	}
	return refusal.ErrUnavailable.Because(err)
}

func isPassing(err redis.Error) bool {
	for _, prefix := range passing {
		if strings.HasPrefix(err.Error(), prefix) {
			return true
		}
	}
	return false
}
