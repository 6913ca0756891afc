package live

import (
	"crypto/rand"
	"fmt"

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
