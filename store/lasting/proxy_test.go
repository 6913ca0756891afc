package lasting_test

import (
	"bytes"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy stands between a store and its Postgres, and cuts one connection at its next commit when told to.
type proxy struct {
	url    string
	socket string // of the server
	armed  atomic.Int32
	conns  sync.WaitGroup
}

type cutting int32

const (
	beforeCommit cutting = iota + 1 // Postgres never sees the commit
	afterCommit                     // Postgres commits, and its answer is lost
)

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	u, err := url.Parse(target)
	must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{
		url:    "postgres://postgres@" + listener.Addr().String() + u.Path + "?sslmode=disable",
		socket: filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432"),
	}
	p.conns.Go(func() { p.accept(listener) })
	t.Cleanup(func() { // runs after the store's own cleanup, which ends the connections
		listener.Close()
		p.conns.Wait()
	})
	return p
}

func (p *proxy) cut(when cutting) { p.armed.Store(int32(when)) }

func (p *proxy) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.socket)
		if err != nil {
			client.Close()
			continue
		}
		l := &link{client: client, server: server}
		p.conns.Go(l.answers)
		p.conns.Go(func() { l.requests(&p.armed) })
	}
}

type link struct {
	client, server net.Conn
	mute           atomic.Bool // the next answer is lost, and with it the connection
}

func (l *link) end() {
	l.client.Close()
	l.server.Close()
}

func (l *link) requests(armed *atomic.Int32) {
	defer l.end()
	for buf := make([]byte, 64<<10); ; {
		n, err := l.client.Read(buf)
		if err != nil {
			return
		}
		if bytes.Contains(buf[:n], []byte("commit\x00")) {
			switch cutting(armed.Swap(0)) {
			case beforeCommit:
				return
			case afterCommit:
				l.mute.Store(true)
			}
		}
		if _, err := l.server.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (l *link) answers() {
	defer l.end()
	for buf := make([]byte, 64<<10); ; {
		n, err := l.server.Read(buf)
		if err != nil || l.mute.Load() {
			return
		}
		if _, err := l.client.Write(buf[:n]); err != nil {
			return
		}
	}
}
