package edge

import (
	"sync"
	"time"

	"github.com/jawort/jawort/refusal"
)

// maxWaiting is how many long-polls may wait for one thing at one process. One page, one phone, a few workers of a login
// service need less; a ticket or phone in wrong hands must not take all connections.
const maxWaiting = 8

// ErrCrowded is the refusal of one more long-poll.
var ErrCrowded = refusal.New(refusal.TooMany, "too-many-waiting",
	"Too many requests wait for this already. Let one end, or ask without wait.").After(5 * time.Second)

// Crowd counts who waits for what. The zero value is empty and ready.
type Crowd struct {
	mu      sync.Mutex
	waiting map[string]int
}

// Enter lets one more wait for the topic until leave is called, or returns ErrCrowded.
func (c *Crowd) Enter(topic string) (leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting[topic] >= maxWaiting {
		return nil, ErrCrowded
	}
	if c.waiting == nil {
		c.waiting = map[string]int{}
	}
	c.waiting[topic]++
	return func() { c.leave(topic) }, nil
}

func (c *Crowd) leave(topic string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting[topic]--; c.waiting[topic] == 0 {
		delete(c.waiting, topic)
	}
}
