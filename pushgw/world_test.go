package pushgw_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/live/redistest"
)

// world is a live store with real queues, the real SDKs and fakes of all services, for any number of gateways.
type world struct {
	store     *live.Store
	fcm       *pushtest.FCM
	apns      *pushtest.APNs
	huawei    *pushtest.Huawei
	web       *pushtest.WebPush
	providers pushgw.Providers
	notices   *fakeNotices
	addresses *fakeAddresses
	log       *syncBuffer
}

func onEveryRedis(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for name, url := range map[string]func(*testing.T) string{
		"redis":    func(t *testing.T) string { return redistest.Start(t).URL },
		"embedded": func(*testing.T) string { return live.Embedded },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, url(t)))
		})
	}
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	store, err := live.Open(t.Context(), live.Config{URL: url}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	set, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	web, err := pushtest.NewWebPush(set.FirstVAPID().Public, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = web.Close() })
	w := &world{store: store, fcm: fakeFCM(t), apns: fakeAPNs(t), huawei: fakeHuawei(t), web: web, notices: &fakeNotices{unread: true}, addresses: &fakeAddresses{}, log: &syncBuffer{}}
	w.providers, err = pushgw.OpenProviders(t.Context(), w.config(t), set, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.providers.Close)
	return w
}

// config is what an operator would write.
func (w *world) config(t *testing.T) pushgw.Config {
	t.Helper()
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return pushgw.Config{
		FCM: []pushgw.FCMConfig{{App: project, CredentialsFile: file("fcm.json", w.fcm.ServiceAccountJSON()), Endpoint: w.fcm.Endpoint()}},
		APNs: []pushgw.APNsConfig{{
			App: bundle, KeyFile: file("key.p8", w.apns.KeyPEM()), KeyID: pushtest.APNsKeyID, TeamID: pushtest.APNsTeamID,
			Host: w.apns.URL(), RootCAFile: file("ca.pem", w.apns.RootPEM()),
		}},
		Huawei: []pushgw.HuaweiConfig{{
			App: agcProject, ClientID: pushtest.HuaweiClientID, ClientSecretFile: file("secret", []byte(w.huawei.ClientSecret()+"\n")), Endpoint: w.huawei.Endpoint(),
		}},
		WebPush: pushgw.WebPushConfig{Subscriber: "ops@example.org", AllowPrivate: []string{"127.0.0.0/8"}},
	}
}

// phone is an installation with the fake that serves it.
type phone struct {
	name    string
	token   string
	stage   *pushtest.Stage
	address account.PushAddress
}

func (w *world) phones(t *testing.T) []phone {
	t.Helper()
	s, err := w.web.NewSubscription()
	if err != nil {
		t.Fatal(err)
	}
	android, apple, harmony := w.fcm.NewToken(), w.apns.NewToken(), w.huawei.NewToken()
	return []phone{
		{"ins_fcm", android, w.fcm.Stage, fcmAddress(android)},
		{"ins_apns", apple, w.apns.Stage, apnsAddress(apple)},
		{"ins_web", s.Endpoint, w.web.Stage, account.PushAddress{Provider: account.WebPush, Subscription: &s}},
		{"ins_huawei", harmony, w.huawei.Stage, huaweiAddress(harmony)},
	}
}

// proveHuawei has the project's first message accepted: until then the service is not believed when it calls tokens invalid.
func (w *world) proveHuawei(t *testing.T) {
	t.Helper()
	a := huaweiAddress(w.huawei.NewToken())
	if err := w.providers[pushgw.RouteOf(a)].Send(t.Context(), pushTo(a, approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
}

func (ph phone) recipient(t *testing.T) approval.Recipient {
	t.Helper()
	return approval.Recipient{Installation: ph.name, Language: "en", Address: sealed(t, ph.address), AddressVersion: 1}
}

// ask creates an approval of a new account for these phones.
func (w *world) ask(t *testing.T, phones ...phone) approval.Pending {
	t.Helper()
	owner, err := id.New(rand.Reader, id.Account)
	if err != nil {
		t.Fatal(err)
	}
	apr, err := approval.NewID(rand.Reader, owner)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	p := approval.Pending{
		ID: apr, Tenant: "ten_x", Application: "app_x", Account: owner, Kind: approval.Login, Document: []byte("{}"),
		CreatedAt: now, ExpiresAt: now.Add(2 * time.Minute), ClosesAt: now.Add(2 * time.Minute),
	}
	for _, ph := range phones {
		p.Recipients = append(p.Recipients, ph.recipient(t))
	}
	if _, err := w.store.Create(t.Context(), live.Creation{Pending: p, Limit: 3}); err != nil {
		t.Fatal(err)
	}
	return p
}

// gateway runs a gateway until kill. Killing is hard: nothing gets the time to finish.
func (w *world) gateway(t *testing.T, consumer string) (kill func()) {
	t.Helper()
	g := pushgw.New(pushgw.Options{
		Queue: w.store.Queue(consumer), Approvals: w.store, Notices: w.notices, Addresses: w.addresses, Open: unseal, Texts: texts, Providers: w.providers,
		Pace:    pushgw.Pace{Attempt: 20 * time.Second, Lease: 2 * time.Second, Backoff: 20 * time.Millisecond, Grace: time.Nanosecond, Rest: 100 * time.Millisecond},
		Log:     slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: prometheus.NewRegistry(), Now: time.Now, Random: rand.Reader,
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	kill = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(kill)
	return kill
}

// eventually waits for what nothing signals.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	tooLong := time.After(30 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-tooLong:
			t.Fatalf("still not so: %s", what)
		}
	}
}

func (w *world) wantNothingLeft(t *testing.T) {
	t.Helper()
	eventually(t, "no job is left in the queue", func() bool {
		n, err := w.store.Queue("observer").Depth(t.Context())
		return err == nil && n == 0
	})
}
