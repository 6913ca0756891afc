package edge_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

var errStranger = refusal.New(refusal.Unauthorized, "stranger", "Who are you?")

// limited is a Mux whose sources may send three requests at once, and one a second; time stands still.
type limited struct {
	rig
	now time.Time
}

func newLimited(trusted ...string) *limited {
	var p edge.Proxies
	for _, t := range trusted {
		p.Trusted = append(p.Trusted, netip.MustParsePrefix(t))
	}
	return newLimitedBehind(p)
}

func newLimitedBehind(p edge.Proxies) *limited {
	l := &limited{now: time.Unix(1, 0)}
	l.log, l.reg = &lines{}, prometheus.NewRegistry()
	l.Mux = edge.NewMux(edge.Options{
		Service: "test", Log: slog.New(slog.NewJSONHandler(l.log, nil)), Metrics: l.reg, Random: rand.Reader, Now: func() time.Time { return l.now },
		Sources: edge.NewSources(p, edge.Limits{Requests: 1, Burst: 3}),
	})
	l.Handle("GET /public", edge.Public, fine)
	l.Handle("GET /keys", byKey, fine)
	return l
}

// byKey lets in who knows the word.
func byKey(r *http.Request) (context.Context, error) {
	if r.Header.Get("Authorization") != "Bearer sesame" {
		return nil, errStranger
	}
	edge.KnownByKey(r.Context())
	return r.Context(), nil
}

// from sends a request as it comes from a peer, with what stands in X-Forwarded-For.
func (l *limited) from(peer, path, key string, forwarded ...string) *httptest.ResponseRecorder {
	r := get(path)
	r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(peer), 1234).String()
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	return l.ask(r)
}

// through counts how many of so many requests are let through.
func (l *limited) through(n int, peer, path, key string, forwarded ...string) (through int) {
	for range n {
		if l.from(peer, path, key, forwarded...).Code != http.StatusTooManyRequests {
			through++
		}
	}
	return through
}

func TestASourceThatAsksTooFastIsToldWhenToComeAgain(t *testing.T) {
	t.Parallel()
	l := newLimited()
	if n := l.through(9, "203.0.113.9", "/public", ""); n != 3 {
		t.Errorf("%d got through", n)
	}
	w := l.from("203.0.113.9", "/public", "")
	if w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), "urn:jawort:problem:too-many-requests") {
		t.Errorf("told %v %s", w.Header(), w.Body)
	}
	if n := l.through(2, "203.0.113.10", "/public", ""); n != 2 {
		t.Error("its neighbour pays for it")
	}
	l.now = l.now.Add(time.Second)
	if n := l.through(3, "203.0.113.9", "/public", ""); n != 1 {
		t.Errorf("a second later %d got through", n)
	}
	if strings.Contains(l.log.String(), "203.0.113") {
		t.Error("the log names an address")
	}
}

func TestAddressesThatLeadNowhereCountToo(t *testing.T) {
	t.Parallel()
	l := newLimited()
	if n := l.through(9, "203.0.113.9", "/nowhere", ""); n != 3 {
		t.Errorf("%d got through", n)
	}
}

func TestANetworkOf64BitsIsOneSource(t *testing.T) {
	t.Parallel()
	l := newLimited()
	through := 0
	for n := range 9 {
		through += l.through(1, fmt.Sprintf("2001:db8:0:1::%x", n), "/public", "")
	}
	if through != 3 {
		t.Errorf("%d got through", through)
	}
	if l.through(1, "2001:db8:0:2::1", "/public", "") != 1 {
		t.Error("the next network pays for it")
	}
	if l.through(3, "::ffff:203.0.113.1", "/public", "") != 3 || l.through(3, "::ffff:203.0.113.2", "/public", "") != 3 || l.through(1, "203.0.113.2", "/public", "") != 0 {
		t.Error("an address of IPv4 is another one when it is written as IPv6")
	}
}

func TestWhoShowsAnAPIKeyIsNotLimitedAndWhoGuessesOneIs(t *testing.T) {
	t.Parallel()
	l := newLimited()
	if n := l.through(50, "203.0.113.9", "/keys", "sesame"); n != 50 {
		t.Errorf("with the key %d of 50 got through", n)
	}
	if n := l.through(9, "203.0.113.9", "/keys", "guess"); n != 2 { // the first request with the key was counted
		t.Errorf("%d guesses got through beside it", n)
	}
	if n := l.through(9, "203.0.113.9", "/nowhere", ""); n != 0 {
		t.Errorf("%d got through beside it to nowhere", n)
	}
	if n := l.through(50, "203.0.113.9", "/keys", "sesame"); n != 50 {
		t.Errorf("with the key %d of 50 got through after the guesses", n)
	}
	if n := l.through(9, "203.0.113.10", "/keys", "guess"); n != 3 {
		t.Errorf("%d guesses from elsewhere got through", n)
	}
	asked := 0
	l.Handle("GET /counted", func(r *http.Request) (context.Context, error) { asked++; return byKey(r) }, fine)
	l.from("203.0.113.10", "/counted", "guess")
	if asked != 0 {
		t.Error("a source without a key is looked up although it asks too fast")
	}
	l.now = l.now.Add(2 * time.Hour)
	l.through(9, "203.0.113.9", "/public", "")
	if n := l.through(1, "203.0.113.9", "/keys", "guess"); n != 0 {
		t.Error("a key of long ago still counts")
	}
}

func TestRequestsThatWaitForTheirGuardBringNoTimeBack(t *testing.T) {
	t.Parallel()
	const source = "203.0.113.9"
	l := newLimited()
	l.through(1, source, "/keys", "sesame") // from now on its requests are counted after their guard
	through, waiting := 0, 9
	l.Handle("GET /slow", func(*http.Request) (context.Context, error) {
		if waiting--; waiting > 0 {
			through += l.through(1, source, "/slow", "")
		} else {
			l.now = l.now.Add(3 * time.Second)
		}
		through += l.through(2, source, "/keys", "guess") // one that begins later, and is counted before those that wait
		return nil, errStranger
	}, fine)
	through += l.through(1, source, "/slow", "")
	if through != 3 {
		t.Errorf("%d got through at once", through)
	}
	l.Handle("GET /waits", func(*http.Request) (context.Context, error) {
		l.now = l.now.Add(time.Second)
		return nil, errStranger
	}, fine)
	if l.through(1, source, "/waits", "") != 1 {
		t.Error("the time in which a request waited is not its source's")
	}
}

func TestRequestsThatAreCountedInAnotherOrderBringNoTimeBack(t *testing.T) {
	t.Parallel()
	s := edge.NewSources(edge.Proxies{}, edge.Limits{Requests: 1, Burst: 3})
	r := get("/public")
	r.RemoteAddr = "203.0.113.9:1234"
	through := 0
	for n := range 12 {
		at := time.Unix(4, 0)
		if n%3 == 2 {
			at = time.Unix(1, 0)
		}
		if _, err := s.Begin(r, at); err == nil {
			through++
		}
	}
	if through != 3 {
		t.Errorf("%d got through at once", through)
	}
}

func TestOnlyWhatATrustedProxyWroteSaysWhereARequestComesFrom(t *testing.T) {
	t.Parallel()
	const stranger, proxy, second = "203.0.113.9", "10.0.0.1", "10.0.0.2"
	p := edge.Proxies{Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string // empty: not limited
	}{
		"a stranger himself":                {stranger, nil, stranger},
		"a stranger who writes a header":    {stranger, []string{"198.51.100.1"}, stranger},
		"through a proxy":                   {proxy, []string{stranger}, stranger},
		"through two proxies":               {proxy, []string{stranger + ", " + second}, stranger},
		"through a proxy of IPv6":           {"fd00::1", []string{"2001:db8::1"}, "2001:db8::1"},
		"with a port":                       {proxy, []string{stranger + ":5555"}, stranger},
		"with brackets and a port":          {proxy, []string{"[2001:db8::1]:5555"}, "2001:db8::1"},
		"as the proxy writes IPv6":          {"::ffff:10.0.0.1", []string{stranger}, stranger},
		"with something before":             {proxy, []string{"198.51.100.1, " + stranger}, stranger},
		"with a proxy's address before":     {proxy, []string{"10.9.9.9, " + stranger}, stranger},
		"with this machine's before":        {proxy, []string{"127.0.0.1, " + stranger}, stranger},
		"with rubbish before":               {proxy, []string{"x y z, " + stranger}, stranger},
		"with another header line before":   {proxy, []string{"198.51.100.1", stranger}, stranger},
		"from a proxy itself":               {proxy, nil, ""},
		"from a proxy that writes rubbish":  {proxy, []string{"unknown"}, ""},
		"from this machine":                 {"127.0.0.1", nil, ""},
		"from this machine, with a header":  {"127.0.0.1", []string{stranger}, ""},
		"from this machine, in other words": {"::1", nil, ""},
	} {
		r := get("/public")
		r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(c.peer), 1234).String()
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		r.Header.Set("Forwarded", "for=198.51.100.7")
		source, limited := p.Source(r)
		if limited != (c.want != "") || limited && source.String() != c.want {
			t.Errorf("%s: %v, %v", name, source, limited)
		}
	}
}

func TestASpoofedHeaderBringsNoMoreRequests(t *testing.T) {
	t.Parallel()
	l := newLimited("10.0.0.0/8")
	through := 0
	for n := range 20 {
		through += l.through(1, "203.0.113.9", "/public", "", fmt.Sprintf("198.51.100.%d", n))
		through += l.through(1, "10.0.0.1", "/public", "", fmt.Sprintf("198.51.100.%d, 203.0.113.9", n))
	}
	if through != 3 {
		t.Errorf("%d got through", through)
	}
}

func TestBehindAProxyThatNobodyNamedNobodyIsLimited(t *testing.T) {
	t.Parallel()
	l := newLimitedBehind(edge.Proxies{Unnamed: true})
	if n := l.through(50, "10.0.0.1", "/public", "", "203.0.113.9"); n != 50 {
		t.Errorf("%d of 50 got through", n)
	}
}

func TestManySourcesTakeBoundedMemory(t *testing.T) {
	t.Parallel()
	s := edge.NewSources(edge.Proxies{}, edge.Limits{Requests: 1, Burst: 3})
	const many = 40_000
	for n := range many {
		r := get("/public")
		r.RemoteAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{11, byte(n >> 16), byte(n >> 8), byte(n)}), 1).String()
		if _, err := s.Begin(r, time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if kept := s.Kept(); kept != edge.KeptSources {
		t.Errorf("%d sources are kept of %d", kept, many)
	}
}
