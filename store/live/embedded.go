package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// startEmbedded runs a Redis in the process. It listens on loopback, where other users of the machine may
// be, so it wants a password that nobody knows.
func startEmbedded() (*miniredis.Miniredis, *redis.UniversalOptions, error) {
	server := miniredis.NewMiniRedis()
	password := rand.Text()
	server.RequireAuth(password)
	server.ClockTTL(true) // by itself its clock stands still, and no key would end
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, nil, fmt.Errorf("live: start embedded redis: %w", err)
	}
	o := baseOptions()
	o.Addrs = []string{server.Addr()}
	o.Password = password
	return server, o, nil
}

// clockTick is how often the embedded server's clock is compared with ours.
const clockTick = 50 * time.Millisecond

// followClock keeps the embedded server on a clock that is not the machine's, as tests have. On the machine's clock it
// keeps its own time: moving it races with commands that read it without its lock.
func followClock(ctx context.Context, server *miniredis.Miniredis, now func() time.Time) {
	tick := time.NewTicker(clockTick)
	defer tick.Stop()
	for moved := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			t := now()
			if moved = moved || time.Until(t).Abs() > time.Second; moved {
				server.SetTime(t)
			}
		}
	}
}
