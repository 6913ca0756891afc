package main

import (
	"io"
	"net"
	"slices"
	"sync"
	"testing"
)

// balancer passes connections on to the first of its backends that answers, as a load balancer in front of several
// processes does.
type balancer struct {
	url      string
	listener net.Listener
	ended    sync.WaitGroup

	mu       sync.Mutex
	backends []string
	open     map[net.Conn]bool
	closed   bool
}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{url: "http://localhost:" + port, listener: l, open: map[net.Conn]bool{}}
	b.ended.Go(b.accept)
	t.Cleanup(b.close)
	return b
}

func (b *balancer) add(backend string) {
	if backend == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = append(b.backends, backend)
}

// close cuts all connections, and returns when nothing of the balancer is left.
func (b *balancer) close() {
	b.listener.Close()
	b.mu.Lock()
	b.closed = true
	for c := range b.open {
		c.Close()
	}
	b.mu.Unlock()
	b.ended.Wait()
}

func (b *balancer) accept() {
	for {
		c, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.ended.Go(func() { b.pass(c) })
	}
}

func (b *balancer) pass(front net.Conn) {
	defer front.Close()
	back := b.dial()
	if back == nil {
		return
	}
	defer back.Close()
	if !b.keep(front, back) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { join(front, back) })
	both.Go(func() { join(back, front) })
	both.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.open, front)
	delete(b.open, back)
}

func (b *balancer) keep(conns ...net.Conn) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range conns {
		b.open[c] = true
	}
	return !b.closed
}

// join ends both directions where one has ended: half-open connections are not what is tested here.
func join(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
}

func (b *balancer) dial() net.Conn {
	b.mu.Lock()
	backends := slices.Clone(b.backends)
	b.mu.Unlock()
	for _, address := range backends {
		if c, err := net.Dial("tcp", address); err == nil {
			return c
		}
	}
	return nil
}
