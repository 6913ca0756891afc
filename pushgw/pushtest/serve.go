package pushtest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// connection is the context's key of the connection that a request came by.
type connection struct{}

// host is a server on a free port of loopback, with an end.
type host struct {
	addr   string
	server *http.Server
	ended  chan struct{}
	closed context.CancelFunc

	connections atomic.Int64
}

// Connections counts the connections that were opened to the fake.
func (h *host) Connections() int64 { return h.connections.Load() }

func open(handler http.Handler, t *tls.Config) (*host, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("pushtest: listen: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &host{addr: l.Addr().String(), ended: make(chan struct{}), closed: cancel}
	h.server = &http.Server{
		Handler:           handler,
		TLSConfig:         t,
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // clients that do not trust the fake are part of the play
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			h.connections.Add(1)
			return context.WithValue(ctx, connection{}, c)
		},
	}
	go func() {
		defer close(h.ended)
		if t != nil {
			_ = h.server.ServeTLS(l, "", "")
			return
		}
		_ = h.server.Serve(l)
	}()
	return h, nil
}

// Close ends the fake, also requests that it keeps waiting.
func (h *host) Close() error {
	h.closed()
	err := h.server.Close()
	<-h.ended
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// play does what a reaction says before and in place of the answer. It reports whether the caller is to answer.
func play(w http.ResponseWriter, r *http.Request, reaction Reaction, accept func()) bool {
	if !pause(r.Context(), reaction.Delay) {
		return false
	}
	if reaction.swallow {
		accept()
	}
	if reaction.silent {
		<-r.Context().Done()
	}
	if reaction.cut {
		_ = r.Context().Value(connection{}).(net.Conn).Close()
	}
	if reaction.silent || reaction.cut {
		panic(http.ErrAbortHandler) // nothing more is written
	}
	if reaction.RetryAfter != "" {
		w.Header().Set("Retry-After", reaction.RetryAfter)
	}
	return true
}

func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
