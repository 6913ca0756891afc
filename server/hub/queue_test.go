package hub

import (
	"sync"
	"testing"
)

func TestASocketStandsWithOneWorkerAtATime(t *testing.T) {
	t.Parallel()
	q := queue{filled: sync.Cond{L: &sync.Mutex{}}}
	q.filled.L.Lock()
	defer q.filled.L.Unlock()
	a, b := &socket{}, &socket{}
	due := func(s *socket) {
		s.due.frame = true
		q.push(s)
	}
	take := func() *socket {
		s := q.pop()
		if s != nil {
			s.due = work{}
		}
		return s
	}
	due(a)
	due(a)
	if take() != a {
		t.Fatal("a was due")
	}
	due(a) // while a worker has it
	due(b)
	if take() != b {
		t.Fatal("a is with another worker")
	}
	q.giveBack(a)
	q.giveBack(b)
	if take() != a {
		t.Fatal("what became due meanwhile is lost")
	}
	due(a)
	q.close()
	q.giveBack(a)
	if take() != a {
		t.Fatal("what is due when the queue closes is lost")
	}
	q.giveBack(a)
	if take() != nil {
		t.Fatal("nothing is due any more")
	}
}
