package hub

import "sync"

// queue is the sockets that something is due to, in turn. A socket stands in it once at most, however much is due.
type queue struct {
	filled      sync.Cond // its lock is Hub.mu, which guards everything here
	first, last *socket
	closed      bool
}

func (q *queue) push(s *socket) {
	if s.queued || q.closed {
		return
	}
	s.queued = true
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
	q.first, s.behind, s.queued = s.behind, nil, false
	if q.first == nil {
		q.last = nil
	}
	return s
}

func (q *queue) close() {
	q.closed = true
	q.filled.Broadcast()
}
