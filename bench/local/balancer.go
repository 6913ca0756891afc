package local

import (
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"
)

// Balancer hands connections to its backends in turn, and to the next one where one does not take them: several servers behind one
// address. What a browser and a login service want of the same login comes to different ones.
type Balancer struct {
	listener net.Listener
	ended    sync.WaitGroup

	mu       sync.Mutex
	backends []string
	turn     int
	open     map[net.Conn]bool
	closed   bool
}

// NewBalancer listens on an address of loopback.
func NewBalancer(address string) (*Balancer, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("local: balancer: %w", err)
	}
	b := &Balancer{listener: l, open: map[net.Conn]bool{}}
	b.ended.Go(b.accept)
	return b, nil
}

// Addr is where it listens.
func (b *Balancer) Addr() string { return b.listener.Addr().String() }

// Add lets a backend have new connections.
func (b *Balancer) Add(backend string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = append(b.backends, backend)
}

// Remove gives a backend no new connections. Those that it has it keeps.
func (b *Balancer) Remove(backend string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = slices.DeleteFunc(b.backends, func(other string) bool { return other == backend })
}

// Close cuts all connections, and returns when nothing of the balancer is left.
func (b *Balancer) Close() {
	_ = b.listener.Close()
	b.mu.Lock()
	b.closed = true
	for c := range b.open {
		_ = c.Close()
	}
	b.mu.Unlock()
	b.ended.Wait()
}

func (b *Balancer) accept() {
	for {
		c, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.ended.Go(func() { b.pass(c) })
	}
}

func (b *Balancer) pass(front net.Conn) {
	defer front.Close()
	back := b.dial()
	if back == nil {
		return
	}
	defer back.Close()
	if !b.keep(front, back) {
		return
	}
	defer b.forget(front, back)
	var both sync.WaitGroup
	both.Go(func() { join(front, back) })
	both.Go(func() { join(back, front) })
	both.Wait()
}

func (b *Balancer) keep(conns ...net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range conns {
		b.open[c] = true
	}
	return !b.closed
}

func (b *Balancer) forget(conns ...net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range conns {
		delete(b.open, c)
	}
}

// join ends both directions where one has ended.
func join(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_ = to.Close()
	_ = from.Close()
}

const dialTime = time.Second

// dial asks every backend once, beginning with the one whose turn it is.
func (b *Balancer) dial() net.Conn {
	b.mu.Lock()
	backends, first := slices.Clone(b.backends), b.turn
	b.turn++
	b.mu.Unlock()
	for i := range backends {
		if c, err := net.DialTimeout("tcp", backends[(first+i)%len(backends)], dialTime); err == nil {
			return c
		}
	}
	return nil
}
