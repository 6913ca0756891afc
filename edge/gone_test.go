package edge_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

// outlasted answers when its context ends, as a query would, and says when it has begun.
func outlasted(fails func(ended error) error) (h edge.HandlerFunc, begun <-chan struct{}) {
	entered := make(chan struct{})
	return func(_ http.ResponseWriter, r *http.Request) error {
		close(entered)
		<-r.Context().Done()
		return fails(r.Context().Err())
	}, entered
}

func TestAClientThatHangsUpIsNoFaultOfOurs(t *testing.T) {
	t.Parallel()
	for name, fails := range map[string]func(error) error{
		"as it is":   func(ended error) error { return ended },
		"by a store": func(ended error) error { return refusal.ErrUnavailable.Because(ended) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newRig()
			h, begun := outlasted(fails)
			g.Handle("GET /x", edge.Public, h)
			addr, stop := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Minute)
			ctx, hangUp := context.WithCancel(t.Context())
			go func() { <-begun; hangUp() }()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/x", nil)
			if err != nil {
				t.Fatal(err)
			}
			if resp, err := client(t, nil).Do(req); err == nil {
				resp.Body.Close()
				t.Fatalf("it was answered %d", resp.StatusCode)
			}
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			wantLogged(t, g, 499, "INFO", "gone")
		})
	}
}

func TestARequestThatOutlastsTheShutdownIs503(t *testing.T) {
	t.Parallel()
	g := newRig()
	h, begun := outlasted(func(ended error) error { return ended })
	g.Handle("GET /x", edge.Public, h)
	asked, logged := make(chan struct{}), make(chan struct{})
	whole := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(logged)
		g.ServeHTTP(w, r)
	})
	addr, stop := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, whole, time.Millisecond)
	c := client(t, nil)
	go func() {
		defer close(asked)
		_, _, _ = fetch(c, "http://"+addr+"/x") // the connection may be cut before the answer
	}()
	<-begun
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	<-asked
	<-logged
	wantLogged(t, g, 503, "WARN", "5xx")
}

func TestWhatFailsByItselfIsAFaultThoughTheClientHasGone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err    error
		status float64
		level  string
	}{{errors.New("broken"), 500, "ERROR"}, {context.DeadlineExceeded, 503, "WARN"}} {
		g := newRig()
		g.Handle("GET /x", edge.Public, failing(c.err))
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		g.ask(get("/x").WithContext(ctx))
		wantLogged(t, g, c.status, c.level, "5xx")
	}
}

func wantLogged(t *testing.T, g rig, status float64, level, class string) {
	t.Helper()
	all := g.log.requests(t)
	if len(all) != 1 || all[0]["status"] != status || all[0]["level"] != level {
		t.Errorf("logged %v, want %v at %s", all, status, level)
	}
	if got := g.counts(t)["jawort_http_requests_total"]; got["GET /x "+class] != 1 || len(got) != 1 {
		t.Errorf("counted %v, want one %s", got, class)
	}
}
