package webhook_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// resolver answers every question for an address with the same one, through a real name server.
func resolver(t *testing.T, address [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); answer(conn, address) }()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func answer(conn net.PacketConn, address [4]byte) {
	for {
		packet := make([]byte, 1500)
		size, from, err := conn.ReadFrom(packet)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(packet[:size]) != nil || len(m.Questions) != 1 {
			continue
		}
		m.Response, m.Additionals = true, nil
		if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
			m.Answers = []dnsmessage.Resource{{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: address},
			}}
		}
		if packed, err := m.Pack(); err == nil {
			_, _ = conn.WriteTo(packed, from)
		}
	}
}

func filled(url string, s *httptest.Server) string {
	return strings.Replace(url, "%s", s.URL[strings.LastIndex(s.URL, ":")+1:], 1)
}

// What passes the check of a URL may still lead anywhere: a name is resolved when the connection is made.
func TestNoWebhookReachesAPrivateAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url     string
		resolve [4]byte
	}{
		"a name that leads to this machine":       {"https://rebound.example:%s/", [4]byte{127, 0, 0, 1}},
		"a name that leads to the metadata":       {"https://metadata.example/", [4]byte{169, 254, 169, 254}},
		"a name that leads into the own network":  {"https://inside.example/", [4]byte{10, 0, 0, 1}},
		"an IPv4 address written as IPv6":         {"https://[::ffff:127.0.0.1]:%s/", [4]byte{}},
		"localhost":                               {"https://localhost:%s/", [4]byte{}},
		"a public address without TLS":            {"http://93.184.216.34/", [4]byte{}},
		"a name without TLS, which may be public": {"http://public.example/", [4]byte{93, 184, 216, 34}},
		"the port of another service":             {"https://mail.example:25/", [4]byte{93, 184, 216, 34}},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t)
			r := w.receiver(status(200))
			w.sender.Private, w.sender.Resolver = nil, resolver(t, c.resolve)
			w.endpoint(filled(c.url, r.Server))
			q := w.settled()
			worker, _ := w.worker(q)
			w.happen("device.revoked")
			worker.Nudge()
			if told := next(w, q.told); told.Status != 0 || told.Reason != "address-not-allowed" || len(r.got) != 0 {
				t.Errorf("told %+v after %d requests", told, len(r.got))
			}
		})
	}
}

func TestARedirectToAPrivateAddressIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, code := range []int{301, 302, 303, 307, 308} {
		w := newWorld(t, "sqlite::memory:")
		beyond := w.receiver(status(200))
		r := w.receiver(status(code, "Location", beyond.URL))
		w.endpoint(r.URL)
		q := w.settled()
		worker, kill := w.worker(q)
		w.happen("device.revoked")
		worker.Nudge()
		if told := next(w, q.told); told.Status != code || len(beyond.got) != 0 {
			t.Errorf("%d: told %+v, and %d requests went on", code, told, len(beyond.got))
		}
		kill()
	}
}

func TestACertificateThatNobodyVouchesForIsRefused(t *testing.T) {
	w := inMemory(t)
	r := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }))
	t.Cleanup(r.Close)
	w.endpoint(r.URL)
	q := w.settled()
	worker, _ := w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	if told := next(w, q.told); told.Reason != "certificate" {
		t.Errorf("told %+v", told)
	}
}

func TestAReceiverWithTLSIsReached(t *testing.T) {
	w := inMemory(t)
	reached := make(chan string, 1)
	r := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.Method }))
	t.Cleanup(r.Close)
	w.sender.Roots = r.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	w.endpoint(r.URL)
	worker, _ := w.worker(w.store)
	w.happen("device.revoked")
	worker.Nudge()
	if got := next(w, reached); got != http.MethodPost {
		t.Errorf("reached by %s", got)
	}
}

func TestAnAddressInDisguiseIsNoName(t *testing.T) {
	w := inMemory(t)
	r := w.receiver(status(200))
	w.sender.Private, w.sender.Resolver = nil, resolver(t, [4]byte{127, 0, 0, 1})
	w.endpoint(filled("https://2130706433:%s/", r.Server))
	q := w.settled()
	worker, _ := w.worker(q)
	w.happen("device.revoked")
	worker.Nudge()
	if told := next(w, q.told); told.Reason != "name-not-resolved" || len(r.got) != 0 {
		t.Errorf("told %+v after %d requests", told, len(r.got))
	}
}
