package edge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

const (
	readHeaderTime = 5 * time.Second
	idleTime       = 120 * time.Second
	maxHeader      = 16 << 10
)

type closingKey struct{}

// errStopped is why a request's context ends that outlasted the grace; otherwise its client has gone.
var errStopped = errors.New("edge: the server has stopped")

// Closing is closed when the server that serves ctx's request begins to shut down: a long-poll answers then
// with what it has. Outside of Serve it is nil, which blocks for ever in a select.
func Closing(ctx context.Context) <-chan struct{} {
	done, _ := ctx.Value(closingKey{}).(<-chan struct{})
	return done
}

// Serve serves until ctx ends, then gives the requests under way up to grace to finish. Their contexts end only
// after that. Hijacked connections are their owners' to close.
func Serve(ctx context.Context, l net.Listener, h http.Handler, grace time.Duration) error {
	base, cancel := context.WithCancelCause(context.WithValue(context.WithoutCancel(ctx), closingKey{}, ctx.Done()))
	defer cancel(errStopped)
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          log.New(io.Discard, "", 0), // it names clients' addresses; what matters is in the request log
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("edge: serve: %w", err)
	case <-ctx.Done():
	}
	stop, stopped := context.WithTimeout(base, grace)
	defer stopped()
	err := srv.Shutdown(stop)
	if errors.Is(err, context.DeadlineExceeded) {
		cancel(errStopped)
		err = srv.Close()
	}
	<-served
	if err != nil {
		return fmt.Errorf("edge: shut down: %w", err)
	}
	return nil
}
