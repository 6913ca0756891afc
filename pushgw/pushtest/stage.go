package pushtest

import (
	"sync"
	"time"
)

// Stage is what a fake does with the tokens it knows. Every fake embeds one.
type Stage struct {
	now func() time.Time

	mu        sync.Mutex
	known     map[string]bool // false: was known, is uninstalled
	scripted  map[string][]Reaction
	standard  Reaction
	listeners []func(Push)
	watchers  []func(token string)
	inboxes   map[string]chan Push
	attempts  map[string]int
}

func newStage(now func() time.Time) *Stage {
	return &Stage{
		now:      now,
		known:    map[string]bool{},
		scripted: map[string][]Reaction{},
		inboxes:  map[string]chan Push{},
		attempts: map[string]int{},
	}
}

// Script queues reactions for the next requests to token; after them the standard reaction applies again.
func (s *Stage) Script(token string, reactions ...Reaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripted[token] = append(s.scripted[token], reactions...)
}

// Standard sets the reaction to every request that nothing was scripted for.
func (s *Stage) Standard(r Reaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.standard = r
}

// OnPush calls f for every accepted push, in the goroutine of the request and before it is answered.
func (s *Stage) OnPush(f func(Push)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, f)
}

// OnAttempt calls f for every request that names token, before anything is decided.
func (s *Stage) OnAttempt(f func(token string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(s.watchers, f)
}

const inboxSize = 64

// Inbox returns the pushes that reach the phone with this token, from the first one on. A full inbox drops what
// comes. It is nil where the token was not handed out by this fake.
func (s *Stage) Inbox(token string) <-chan Push {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inboxes[token]
}

// Attempts counts the requests that named token.
func (s *Stage) Attempts(token string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts[token]
}

// Uninstall makes the service forget the app of this token: what is sent to it is refused from now on.
func (s *Stage) Uninstall(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[token] = false
}

func (s *Stage) install(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known[token] = true
	s.inboxes[token] = make(chan Push, inboxSize)
}

// installed reports whether token is alive, and whether it was ever handed out.
func (s *Stage) installed(token string) (alive, issued bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alive, issued = s.known[token]
	return alive, issued
}

func (s *Stage) next(token string) Reaction {
	s.mu.Lock()
	s.attempts[token]++
	watchers := s.watchers
	r := s.standard
	if queue := s.scripted[token]; len(queue) > 0 {
		r, s.scripted[token] = queue[0], queue[1:]
	}
	s.mu.Unlock()
	for _, f := range watchers {
		f(token)
	}
	return r
}

func (s *Stage) deliver(p Push) {
	p.At = s.now()
	s.mu.Lock()
	listeners, inbox := s.listeners, s.inboxes[p.Token]
	s.mu.Unlock()
	for _, f := range listeners {
		f(p)
	}
	select {
	case inbox <- p:
	default:
	}
}
