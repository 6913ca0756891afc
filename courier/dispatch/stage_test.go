package dispatch_test

import (
	"context"
	"sync"

	"github.com/jawort/jawort/courier"
)

// stage is a sender that does what the test says.
type stage struct {
	mu        sync.Mutex
	do        func(ctx context.Context, attempt int) error // nil: take all
	attempts  int
	running   int
	most      int
	attempted chan courier.Message // nil: nobody looks
}

func (s *stage) Name() string { return "stage" }

func (s *stage) Send(ctx context.Context, m courier.Message) (string, error) {
	s.mu.Lock()
	s.attempts++
	s.running++
	s.most = max(s.most, s.running)
	attempt, do := s.attempts, s.do
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running--
	}()
	if s.attempted != nil {
		s.attempted <- m
	}
	if do == nil {
		return m.ID, nil
	}
	if err := do(ctx, attempt); err != nil {
		return "", err
	}
	return m.ID, nil
}

func (s *stage) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts
}

func onlySMS(s courier.Sender) map[courier.Channel]courier.Sender {
	return map[courier.Channel]courier.Sender{courier.SMS: s}
}
