package server

import (
	"sync"
	"time"

	"github.com/jawort/jawort/refusal"
)

// maxWaiting is how many long-polls one topic may hold open at one server. One page and a few workers of a login service need
// less; a ticket that leaked must not take all connections.
const maxWaiting = 8

var errCrowded = refusal.New(refusal.TooMany, "too-many-waiting",
	"Too many requests wait for this already. Let one end, or ask without wait.").After(5 * time.Second)

// crowd counts who waits for what.
type crowd struct {
	mu      sync.Mutex
	waiting map[string]int
}

func newCrowd() *crowd { return &crowd{waiting: map[string]int{}} }

// enter lets one more wait for the topic until leave is called, or refuses.
func (c *crowd) enter(topic string) (leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting[topic] >= maxWaiting {
		return nil, errCrowded
	}
	c.waiting[topic]++
	return func() { c.leave(topic) }, nil
}

func (c *crowd) leave(topic string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting[topic]--; c.waiting[topic] == 0 {
		delete(c.waiting, topic)
	}
}
