package pushgw_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
)

// house is a gateway with stand-ins for all that it works with, for tests of its own behaviour in virtual time.
type house struct {
	queue     *fakeQueue
	approvals *fakeApprovals
	notices   *fakeNotices
	addresses *fakeAddresses
	provider  *fakeProvider
	options   pushgw.Options
	registry  *prometheus.Registry
	log       *syncBuffer
	entries   int
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{
		queue: &fakeQueue{news: make(chan struct{}, 1)}, approvals: &fakeApprovals{marks: map[string]approval.Progress{}},
		notices: &fakeNotices{unread: true}, addresses: &fakeAddresses{}, provider: newFakeProvider(), registry: prometheus.NewRegistry(), log: &syncBuffer{},
	}
	h.approvals.pending = &approval.Pending{ID: "apr_a", ExpiresAt: time.Now().Add(2 * time.Minute)}
	h.options = pushgw.Options{
		Queue: h.queue, Approvals: h.approvals, Notices: h.notices, Addresses: h.addresses, Open: unseal, Texts: texts,
		Providers: pushgw.Providers{{Provider: account.FCM, App: project}: h.provider},
		Log:       slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics:   h.registry, Now: time.Now, Random: rand.Reader,
	}
	return h
}

// run runs the gateway until the test ends.
func (h *house) run(t *testing.T) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	g := pushgw.New(h.options)
	go func() { done <- g.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func (h *house) job(installation, token string, kind approval.JobKind) approval.QueuedJob {
	h.entries++
	address, err := json.Marshal(fcmAddress(token))
	if err != nil {
		panic(err)
	}
	return approval.QueuedJob{
		PushJob: approval.PushJob{
			Kind: kind, ID: "apr_a", ExpiresAt: time.Now().Add(2 * time.Minute),
			Recipient: approval.Recipient{Installation: installation, Language: "de", Address: seal(address), AddressVersion: 7},
		},
		Partition: h.entries % approval.Partitions, Entry: fmt.Sprintf("%d-0", h.entries),
	}
}

// fail makes every store fail; nil mends them.
func (h *house) fail(err error) {
	h.queue.fail(err)
	h.approvals.fail(err)
	h.notices.fail(err)
	h.addresses.fail(err)
}

func (h *house) wantSent(t *testing.T, tokens ...string) {
	t.Helper()
	var got []string
	for _, p := range h.provider.sent() {
		got = append(got, p.Address.Token)
	}
	if !slices.Equal(got, tokens) {
		t.Errorf("sent to %v, want %v", got, tokens)
	}
}

func (h *house) wantTries(t *testing.T, token string, n int) {
	t.Helper()
	if got := len(h.provider.triesAt(token)); got != n {
		t.Errorf("%d tries, want %d", got, n)
	}
}

func (h *house) wantMark(t *testing.T, installation string, want approval.Progress) {
	t.Helper()
	if got := h.approvals.mark(installation); got != want {
		t.Errorf("%s is marked %q, want %q", installation, got, want)
	}
}

func (h *house) wantQueueEmpty(t *testing.T) {
	t.Helper()
	if !h.queue.empty() {
		t.Error("a job was not acknowledged")
	}
}

func (h *house) wantLogged(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(h.log.String(), text) {
		t.Errorf("the log lacks %s:\n%s", text, h.log)
	}
}

func (h *house) wantCount(t *testing.T, name string, labels map[string]string, want float64) {
	t.Helper()
	families, err := h.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			have := map[string]string{}
			for _, l := range m.GetLabel() {
				have[l.GetName()] = l.GetValue()
			}
			if f.GetName() == name && maps.Equal(have, labels) {
				if got := m.GetCounter().GetValue() + m.GetGauge().GetValue(); got != want {
					t.Errorf("%s%v is %v, want %v", name, labels, got, want)
				}
				return
			}
		}
	}
	t.Errorf("there is no %s%v", name, labels)
}

var sealPrefix = []byte("sealed:")

func seal(plain []byte) []byte { return append(slices.Clone(sealPrefix), plain...) }

func unseal(b []byte) ([]byte, error) {
	plain, ok := bytes.CutPrefix(b, sealPrefix)
	if !ok {
		return nil, errors.New("not sealed by us")
	}
	return plain, nil
}

func sealed(t *testing.T, a account.PushAddress) []byte {
	t.Helper()
	b, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	return seal(b)
}

func texts(language, key string) string { return language + ":" + key }

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// pass lets virtual time pass, and then whatever it set off.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// again prepares another gateway on the same stores.
func (h *house) again() {
	h.registry = prometheus.NewRegistry()
	h.options.Metrics = h.registry
}
