package hub

import "sync"

// queue is the sockets that something is due to, in turn. However much is due to a socket, it stands here or with one
// worker, and never twice: a connection takes one writer at a time.
type queue struct {
	filled      sync.Cond // its lock is Hub.mu, which guards everything here
	first, last *socket
	closed      bool
}

func (q *queue) push(s *socket) {
	if s.taken {
		return
	}
	s.taken = true
	if q.last == nil {
		q.first = s
	} else {
		q.last.behind = s
	}
	q.last = s
	q.filled.Signal()
}

// pop waits for a socket. It returns nil once the queue is closed and empty.
func (q *queue) pop() *socket {
	for q.first == nil && !q.closed {
		q.filled.Wait()
	}
	s := q.first
	if s == nil {
		return nil
	}
	q.first, s.behind = s.behind, nil
	if q.first == nil {
		q.last = nil
	}
	return s
}

// giveBack ends a worker's turn with the socket. What became due meanwhile is a new turn.
func (q *queue) giveBack(s *socket) {
	s.taken = false
	if s.due != (work{}) {
		q.push(s)
	}
}

// close lets the workers end once nothing is due any more.
func (q *queue) close() {
	q.closed = true
	q.filled.Broadcast()
}
