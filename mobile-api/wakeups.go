package mobileapi

import (
	"context"
	"log/slog"
	"reflect"
	"time"

	"github.com/jawort/jawort/edge"
)

// Wakeups tells that something about a topic (the id of an approval, account or enrolment) may have changed. A
// wake-up may be lost.
type Wakeups interface {
	Subscribe(topic string) (<-chan struct{}, func())
}

// reread bounds what a lost wake-up costs a waiting phone.
const reread = 5 * time.Second

// waker causes wake-ups.
type waker interface {
	Wake(ctx context.Context, topics ...string) error
}

// wake is best effort: what it announces has been written, and servers read again by themselves.
func wake(ctx context.Context, w waker, topics ...string) {
	if err := w.Wake(ctx, topics...); err != nil {
		edge.Annotate(ctx, slog.Bool("wake_lost", true))
	}
}

// subscription waits for any of several topics.
type subscription struct {
	cases  []reflect.SelectCase
	cancel []func()
}

func subscribe(w Wakeups, topics []string) *subscription {
	s := &subscription{}
	for _, t := range topics {
		c, cancel := w.Subscribe(t)
		s.add(c)
		s.cancel = append(s.cancel, cancel)
	}
	return s
}

func (s *subscription) add(c any) int {
	s.cases = append(s.cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)})
	return len(s.cases) - 1
}

func (s *subscription) close() {
	for _, cancel := range s.cancel {
		cancel()
	}
}

// wait returns on a wake-up, or after reread. It reports false once over has fired, and fails where the context
// ends first.
func (s *subscription) wait(ctx context.Context, over <-chan time.Time) (goOn bool, err error) {
	again := time.NewTimer(reread)
	defer again.Stop()
	s.add(again.C)
	last, done := s.add(over), s.add(ctx.Done())
	switch chosen, _, _ := reflect.Select(s.cases); chosen {
	case done:
		return false, ctx.Err()
	case last:
		return false, nil
	}
	return true, nil
}
