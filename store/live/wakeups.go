package live

import (
	"context"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Wake tells everybody who waits for one of the topics (ids of approvals, accounts, enrolments) to look again.
// A wake-up may be lost.
func (s *Store) Wake(ctx context.Context, topics ...string) error {
	sent := make([]*redis.IntCmd, len(topics))
	s.pipeline(ctx, func(p redis.Pipeliner) {
		for i, topic := range topics {
			sent[i] = p.Publish(ctx, wakeChannel(topic), topic)
		}
	})
	for _, one := range sent {
		if err := one.Err(); err != nil {
			return failed("wake", err)
		}
	}
	return nil
}

// Wakeups receives the wake-ups of all topics over one subscription, however many wait here. It is a hint to
// read again, never the news itself.
type Wakeups struct {
	listener     listener
	first        *redis.PubSub // opened by Wakeups, taken over by Run
	resubscribed chan struct{}

	mu      sync.Mutex
	waiting map[string]map[chan struct{}]struct{}
	hooks   []func(topic string)
}

// Wakeups subscribes. The caller runs Run, once; what is published from now on is received there.
func (s *Store) Wakeups(ctx context.Context) (*Wakeups, error) {
	w := &Wakeups{resubscribed: make(chan struct{}, 1), waiting: make(map[string]map[chan struct{}]struct{})}
	w.listener = listener{client: s.client, silence: longestSilence, subscribed: w.lost, message: w.deliver}
	for n := range wakeChannels {
		w.listener.channels = append(w.listener.channels, wakeChannelName(n))
	}
	var err error
	w.first, err = w.listener.subscribe(ctx)
	return w, err
}

// Run passes wake-ups on until ctx ends, and subscribes again as often as the connection breaks.
func (w *Wakeups) Run(ctx context.Context) error {
	w.listener.run(ctx, w.first)
	return nil
}

// Subscribe returns a channel that holds one signal as soon as one of the topics was woken since the last receive,
// or wake-ups may have been lost. cancel may be called twice.
func (w *Wakeups) Subscribe(topics ...string) (signals <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, topic := range topics {
		if w.waiting[topic] == nil {
			w.waiting[topic] = make(map[chan struct{}]struct{}, 1)
		}
		w.waiting[topic][ch] = struct{}{}
	}
	return ch, func() { w.remove(ch, topics) }
}

func (w *Wakeups) remove(ch chan struct{}, topics []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, topic := range topics {
		delete(w.waiting[topic], ch)
		if len(w.waiting[topic]) == 0 {
			delete(w.waiting, topic)
		}
	}
}

// OnWake adds a function that is called for every wake-up of any topic. It must not block.
func (w *Wakeups) OnWake(f func(topic string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hooks = append(w.hooks, f)
}

// Resubscribed signals after every subscription, the first included: wake-ups may have been lost before.
func (w *Wakeups) Resubscribed() <-chan struct{} { return w.resubscribed }

func (w *Wakeups) deliver(topic string) {
	w.mu.Lock()
	hooks := w.hooks
	for ch := range w.waiting[topic] {
		signal(ch)
	}
	w.mu.Unlock()
	for _, f := range hooks {
		f(topic)
	}
}

func (w *Wakeups) lost() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, waiting := range w.waiting {
		for ch := range waiting {
			signal(ch)
		}
	}
	signal(w.resubscribed)
}

// signal leaves one signal in a channel of capacity one.
func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
