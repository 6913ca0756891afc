package faults

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/store/db/pgserver"
)

func redis() []Fault {
	return []Fault{
		{Name: "redis-flushed", Done: "Redis: FLUSHALL", Lasts: down, Forgets: true, Harm: func(ctx context.Context, s *local.Stack) (Heal, error) {
			client := s.Redis.Client()
			defer client.Close()
			return nil, client.FlushAll(ctx).Err()
		}},
		{Name: "redis-killed", Done: "Redis: killed, started empty after 1 s", Lasts: down, Forgets: true, Harm: func(_ context.Context, s *local.Stack) (Heal, error) {
			s.Redis.Kill()
			return func(context.Context) error { return s.Redis.Restart() }, nil
		}},
		{Name: "redis-sentinel-failover", Done: "Redis: master killed, Sentinel puts its replica in its place", Needs: local.Options{Redis: local.Sentinel},
			Lasts: 4 * time.Second, Forgets: true, Harm: loseMaster},
		{Name: "redis-cluster-master-lost", Done: "Redis Cluster: one of three masters killed, its replica takes over", Needs: local.Options{Redis: local.Cluster},
			Lasts: 6 * time.Second, Forgets: true, Harm: loseMaster},
		{Name: "redis-slow", Done: "Redis: every answer 200 ms late, for 3 s", Needs: local.Options{Proxied: true}, Lasts: 3 * time.Second,
			Harm: disturb("latency", map[string]int{"latency": 200})},
		{Name: "redis-cut", Done: "Redis: all connections cut, none for 1.5 s", Needs: local.Options{Proxied: true}, Lasts: 1500 * time.Millisecond,
			Harm: func(_ context.Context, s *local.Stack) (Heal, error) {
				s.RedisProxy.Cut()
				return func(context.Context) error { return s.RedisProxy.Mend() }, nil
			}},
	}
}

func loseMaster(_ context.Context, s *local.Stack) (Heal, error) {
	s.Redis.Kill()
	return nil, nil
}

func disturb(kind string, attributes map[string]int) Harm {
	return func(_ context.Context, s *local.Stack) (Heal, error) {
		return func(ctx context.Context) error { return s.RedisProxy.Calm(ctx, kind) }, s.RedisProxy.Disturb(kind, attributes)
	}
}

// diskSize is a little more than a new database and its journal need.
const diskSize = 160 << 20

func postgres() []Fault {
	return []Fault{
		{Name: "postgres-killed", Done: "Postgres: killed, started again after 1 s", Lasts: down, Harm: endPostgres((*pgserver.Server).Kill)},
		{Name: "postgres-restarted", Done: "Postgres: restarted in order", Harm: endPostgres((*pgserver.Server).Stop)},
		{Name: "postgres-pool-exhausted", Done: "Postgres: every connection of the pools waits for a lock, for 3 s", Lasts: 3 * time.Second, Harm: lockTable},
		{Name: "postgres-connections-exhausted", Done: "Postgres: others hold all connections, ours are ended, for 2 s", Needs: local.Options{Settings: []string{"max_connections=100"}},
			Lasts: 2 * time.Second, Harm: takeConnections},
		{Name: "postgres-disk-full", Done: "Postgres: disk full for 3 s", Needs: local.Options{Disk: diskSize}, Lasts: 3 * time.Second, Harm: fillDisk},
		{Name: "postgres-standby-promoted", Done: "Postgres: killed, its synchronous standby promoted after 1 s", Needs: local.Options{Standby: true}, Lasts: down,
			Harm: func(_ context.Context, s *local.Stack) (Heal, error) {
				s.Postgres.Kill()
				return func(context.Context) error { return s.Standby.Promote() }, nil
			}},
	}
}

func endPostgres(end func(*pgserver.Server)) Harm {
	return func(_ context.Context, s *local.Stack) (Heal, error) {
		end(s.Postgres)
		return func(context.Context) error { return s.Postgres.Restart() }, nil
	}
}

// lockTable keeps every decision waiting, each on a connection of its process's pool.
func lockTable(ctx context.Context, s *local.Stack) (Heal, error) {
	conn, err := s.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, `BEGIN; LOCK TABLE credentials, api_keys IN ACCESS EXCLUSIVE MODE`); err != nil {
		return nil, errors.Join(fmt.Errorf("faults: lock: %w", err), conn.Close(ctx))
	}
	return conn.Close, nil
}

// takeConnections takes what is left, then ends those of Jawort and takes them too.
func takeConnections(ctx context.Context, s *local.Stack) (Heal, error) {
	var taken []*pgx.Conn
	heal := func(ctx context.Context) error {
		var errs []error
		for _, c := range taken {
			errs = append(errs, c.Close(ctx))
		}
		return errors.Join(errs...)
	}
	first, err := s.Connect(ctx)
	if err != nil {
		return nil, err
	}
	taken = append(taken, first)
	for range 2 {
		for {
			c, err := s.Connect(ctx)
			if err != nil {
				break // there are no more
			}
			taken = append(taken, c)
		}
		if _, err := first.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'jawort'`); err != nil {
			return nil, errors.Join(err, heal(ctx))
		}
	}
	for {
		c, err := s.Connect(ctx)
		if err != nil {
			return heal, nil
		}
		taken = append(taken, c)
	}
}

// fillDisk heals by making room, and by starting Postgres where it gave up, as its supervisor would.
func fillDisk(_ context.Context, s *local.Stack) (Heal, error) {
	return func(ctx context.Context) error {
		if err := s.Disk.Free(); err != nil {
			return err
		}
		conn, err := s.Connect(ctx)
		if err == nil {
			return conn.Close(ctx)
		}
		s.Postgres.Kill()
		return s.Postgres.Restart()
	}, s.Disk.Fill()
}
