package edge

import (
	"net"
	"net/netip"
	"sync"
)

// Listen closes connections of a source that has too many of them. Those of trusted proxies and of this machine do not count.
func (s *Sources) Listen(l net.Listener) net.Listener {
	if s == nil || s.limits.Connections == 0 || s.proxies.Unnamed {
		return l
	}
	return &door{Listener: l, sources: s}
}

type door struct {
	net.Listener
	sources *Sources
}

// Accept waits for a connection that may stay.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer, err := netip.ParseAddrPort(conn.RemoteAddr().String())
		if err != nil || d.sources.proxies.trusts(peer.Addr().Unmap()) || peer.Addr().Unmap().IsLoopback() {
			return conn, nil
		}
		key := sourceOf(peer.Addr().Unmap())
		if d.sources.enter(key) {
			return &counted{Conn: conn, leave: sync.OnceFunc(func() { d.sources.leave(key) })}, nil
		}
		_ = conn.Close() // whoever it was has too many already
	}
}

func (s *Sources) enter(key netip.Prefix) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[key] >= s.limits.Connections {
		s.refused.WithLabelValues(refusedConnection).Inc()
		return false
	}
	s.open[key]++
	return true
}

func (s *Sources) leave(key netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[key]--; s.open[key] == 0 {
		delete(s.open, key)
	}
}

// counted leaves when it is closed.
type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}
