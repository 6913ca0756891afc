package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// clockTick is how coarse the embedded server's clock is.
const clockTick = 50 * time.Millisecond

// startEmbedded runs a Redis in the process. It listens on loopback, where other users of the machine may
// be, so it wants a password that nobody knows.
func startEmbedded(now func() time.Time) (*miniredis.Miniredis, *redis.UniversalOptions, error) {
	server := miniredis.NewMiniRedis()
	password := rand.Text()
	server.RequireAuth(password)
	server.SetTime(now())
	server.ClockTTL(true)
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, nil, fmt.Errorf("live: start embedded redis: %w", err)
	}
	o := baseOptions()
	o.Addrs = []string{server.Addr()}
	o.Password = password
	return server, o, nil
}

// driveClock moves the embedded server's clock, which stands still by itself.
func driveClock(ctx context.Context, server *miniredis.Miniredis, now func() time.Time) {
	tick := time.NewTicker(clockTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			server.SetTime(now())
		}
	}
}
