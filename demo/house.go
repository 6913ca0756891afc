package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
)

// subscriber is whom push services may write to about the demo.
const subscriber = "https://github.com/jawort/jawort"

// house is one installation of Jawort with a tenant, an application and an account in it.
type house struct {
	process *process.Process
	fakes   *fakes // nil where nobody is to be woken
	site    net.Listener

	siteURL, serverURL, phoneURL string
	key                          string // API key of the site
	dir                          string
	close                        []io.Closer
}

// build puts an installation together that has not started to serve yet.
func build(ctx context.Context, o Options) (_ *house, err error) {
	h := &house{}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.remove())
		}
	}()
	if h.dir, err = os.MkdirTemp("", "jawort-demo-"); err != nil {
		return nil, err
	}
	set, err := keys.Generate()
	if err != nil {
		return nil, err
	}
	cfg, listeners, err := h.configure(o)
	if err != nil {
		return nil, err
	}
	cfg.PushGW.WebPush.Subscriber = subscriber
	if o.Once {
		if h.fakes, err = startFakes(h.dir, set); err != nil {
			return nil, err
		}
		h.close = append(h.close, h.fakes)
		cfg.PushGW = h.fakes.config
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	h.process, err = process.Open(ctx, process.Options{
		Config: cfg, Keys: set, Parts: process.All, Log: o.Log, Now: time.Now, Random: rand.Reader, Listeners: listeners,
	})
	if err != nil {
		return nil, err
	}
	h.close = append(h.close, h.process)
	return h, h.furnish(ctx)
}

// configure listens first, so that the public addresses are known.
func (h *house) configure(o Options) (*config.Config, process.Listeners, error) {
	var l process.Listeners
	cfg := config.Default()
	cfg.Database, cfg.Redis = "sqlite://"+filepath.Join(h.dir, "demo.db"), "embedded"
	if o.Database != "" {
		cfg.Database = o.Database
	}
	if o.Redis != "" {
		cfg.Redis = o.Redis
	}
	for _, a := range []struct {
		flag, address string
		listener      *net.Listener
		url           *string
	}{
		{"site", o.Addresses.Site, &h.site, &h.siteURL},
		{"server", o.Addresses.Server, &l.Server, &h.serverURL},
		{"mobile-api", o.Addresses.MobileAPI, &l.MobileAPI, &h.phoneURL},
		{"admin", o.Addresses.Admin, &l.Admin, new(string)},
	} {
		var err error
		if *a.listener, *a.url, err = listen(a.flag, a.address); err != nil {
			return nil, l, err
		}
		h.close = append(h.close, *a.listener)
	}
	cfg.KeysFile = filepath.Join(h.dir, "keys.json") // named, but never written: the demo's keys end with it
	cfg.Server.PublicURL = h.serverURL
	cfg.MobileAPI.PublicURL, cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = h.phoneURL, "localhost", []string{h.phoneURL}
	return cfg, l, nil
}

// furnish creates the tenant, its application with a key, and the account.
func (h *house) furnish(ctx context.Context) error {
	store, now := h.process.Lasting(), time.Now().UTC()
	tenant := account.Tenant{Name: "Muster Makler AG", CreatedAt: now}
	application := account.Application{Name: "Portal", Origins: []string{h.siteURL}, Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}, CreatedAt: now}
	login := account.Account{ExternalID: demoAccount, Label: "Office South (" + demoAccount + ")", CreatedAt: now}
	key := account.Key{Scopes: account.Scopes, CreatedAt: now}
	for prefix, target := range map[string]*string{
		id.Tenant: &tenant.ID, id.Application: &application.ID, id.Account: &login.ID, id.Key: &key.ID,
	} {
		var err error
		if *target, err = id.New(rand.Reader, prefix); err != nil {
			return err
		}
	}
	application.Tenant, login.Tenant, key.Application = tenant.ID, tenant.ID, application.ID
	var err error
	if h.key, err = account.NewSecret(rand.Reader); err != nil {
		return err
	}
	key.Hash = account.HashSecret(h.key)
	if err := store.CreateTenant(ctx, tenant); err != nil {
		return err
	}
	if err := store.CreateApplication(ctx, application); err != nil {
		return err
	}
	if err := store.CreateKey(ctx, key); err != nil {
		return err
	}
	_, _, err = store.PutAccount(ctx, login)
	return err
}

// remove closes everything, in reverse, and deletes the folder.
func (h *house) remove() error {
	var errs []error
	for i := len(h.close) - 1; i >= 0; i-- {
		if err := h.close[i].Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if h.dir != "" {
		errs = append(errs, os.RemoveAll(h.dir))
	}
	return errors.Join(errs...)
}
