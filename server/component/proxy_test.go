package component_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
)

// proxy is the way between browser and server, which a test can spoil.
type proxy struct {
	url     string
	refuses atomic.Bool // websockets, as some companies' proxies do
	down    atomic.Bool
	polls   atomic.Int32

	mu    sync.Mutex
	conns []net.Conn
}

// through puts a proxy between the pages and the server.
func (h *house) through() *proxy {
	h.Helper()
	to, err := url.Parse(h.cfg.Server.PublicURL)
	h.must(err)
	p := &proxy{}
	transport := &http.Transport{DialContext: p.dial}
	reverse := httputil.NewSingleHostReverseProxy(to)
	reverse.Transport = transport
	reverse.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket := strings.HasSuffix(r.URL.Path, "/socket")
		if p.down.Load() || (p.refuses.Load() && socket) {
			hangUp(w)
			return
		}
		if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/v1/approvals/") && !socket {
			p.polls.Add(1)
		}
		reverse.ServeHTTP(w, r)
	}))
	h.Cleanup(func() {
		p.cut()
		server.Close()
		transport.CloseIdleConnections()
	})
	p.url = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	h.jawort = p.url
	return p
}

func hangUp(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

func (p *proxy) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, addr)
	if err == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.conns = append(p.conns, c)
	}
	return c, err
}

// cut ends every connection, as a lost network does.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}
