package firefox_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const login = "4711"

// house is a running Jawort with an account, in one process, and the push service of one Firefox.
type house struct {
	*testing.T
	keys    *keys.Set
	push    *pushtest.Autopush
	process *process.Process
	url     string // of the companion app
	client  *client.Client
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t}
	var err error
	h.keys, err = keys.Generate()
	h.must(err)
	h.push, err = pushtest.NewAutopush(time.Now)
	h.must(err)
	t.Cleanup(func() { _ = h.push.Close() })
	cfg := config.Default()
	cfg.Database, cfg.Redis = "sqlite://"+filepath.Join(t.TempDir(), "jawort.db"), config.Embedded
	cfg.PushGW = pushgw.Config{WebPush: pushgw.WebPushConfig{Subscriber: "operator@example.com", AllowPrivate: []string{"127.0.0.0/8"}}}
	h.start(cfg)
	h.furnish(cfg.Server.PublicURL)
	return h
}

func (h *house) start(cfg *config.Config) {
	h.Helper()
	var l process.Listeners
	l.Server, cfg.Server.PublicURL = h.listen()
	l.MobileAPI, cfg.MobileAPI.PublicURL = h.listen()
	l.Admin, _ = h.listen()
	h.url = cfg.MobileAPI.PublicURL
	cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = "localhost", []string{h.url}
	var err error
	h.process, err = process.Open(h.Context(), process.Options{
		Config: cfg, Keys: h.keys, Parts: process.All, Log: slog.New(slog.DiscardHandler), Now: time.Now, Random: rand.Reader, Listeners: l,
	})
	h.must(err)
	ctx, stop := context.WithCancel(h.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.process.Run(ctx) }()
	h.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			h.Error(err)
		}
	})
}

func (h *house) listen() (l net.Listener, url string) {
	h.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	h.must(err)
	return l, "http://" + strings.Replace(l.Addr().String(), "127.0.0.1", "localhost", 1)
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) newID(prefix string) string {
	h.Helper()
	s, err := id.New(rand.Reader, prefix)
	h.must(err)
	return s
}

// furnish makes the tenant, its login service with a key, and the account.
func (h *house) furnish(server string) {
	h.Helper()
	ctx, store, now := h.Context(), h.process.Lasting(), time.Now()
	tenant := account.Tenant{ID: h.newID(id.Tenant), Name: "Muster Makler AG", CreatedAt: now}
	h.must(store.CreateTenant(ctx, tenant))
	app := account.Application{ID: h.newID(id.Application), Tenant: tenant.ID, Name: "Portal", CreatedAt: now}
	h.must(store.CreateApplication(ctx, app))
	secret, err := account.NewSecret(rand.Reader)
	h.must(err)
	h.must(store.CreateKey(ctx, account.Key{ID: h.newID(id.Key), Application: app.ID, Scopes: account.Scopes, Hash: account.HashSecret(secret), CreatedAt: now}))
	h.client, err = client.New(client.Config{BaseURL: server, Key: secret})
	h.must(err)
	_, err = h.client.PutAccount(ctx, login, "Office South")
	h.must(err)
}

// ask asks whether a login is theirs.
func (h *house) ask() client.Approval {
	h.Helper()
	a, err := h.client.CreateApproval(h.Context(), client.Request{Account: login, Browser: client.Browser{IP: "203.0.113.9", Session: rand.Text()}})
	h.must(err)
	return a
}
