package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
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

// pacemaker keeps the embedded server on a clock that is not the machine's, as tests have. On the machine's clock it
// keeps its own time: moving it races with commands that read it without its lock.
type pacemaker struct {
	server *miniredis.Miniredis
	now    func() time.Time

	mu    sync.Mutex // from reading the time to setting it, so that nobody sets an older one
	moved bool
}

func (p *pacemaker) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.now()
	if p.moved = p.moved || time.Until(t).Abs() > time.Second; p.moved {
		p.server.SetTime(t)
	}
}

func (p *pacemaker) follow(ctx context.Context) {
	tick := time.NewTicker(clockTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.step()
		}
	}
}

// StepClock has an embedded Redis take on the store's time at once, for tests that move it: by itself it looks every few
// milliseconds, and what is written in between would end too early.
func (s *Store) StepClock() {
	if s.clock != nil {
		s.clock.step()
	}
}
