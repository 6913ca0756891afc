package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db"
)

// subscriber is whom push services may write to about the demo.
const subscriber = "https://github.com/jawort/jawort"

// house is one installation of Jawort with a tenant, an application and an account in it.
type house struct {
	process *process.Process
	fakes   *fakes // nil where nobody is to be woken
	front   *front
	folder  folder
	record  record
	keys    *keys.Set
	site    net.Listener
	caller  *http.Client // of the server, as the site calls it

	application account.Application

	siteURL, serverURL, phoneURL string
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
	if h.front, err = newFront(o.Public, time.Now()); err != nil {
		return nil, err
	}
	if o.Data == "" && h.front.public() {
		o.Data = defaultFolder
	}
	if h.folder, err = openFolder(o.Data); err != nil {
		return nil, err
	}
	cfg, listeners, err := h.configure(o)
	if err != nil {
		return nil, err
	}
	if h.record, err = h.folder.record(h.phoneURL); err != nil {
		return nil, err
	}
	if h.keys, err = h.folder.keys(); err != nil {
		return nil, err
	}
	cfg.PushGW.WebPush.Subscriber = subscriber
	if o.Once {
		if h.fakes, err = startFakes(h.folder.path, h.keys); err != nil {
			return nil, err
		}
		h.close = append(h.close, h.fakes)
		cfg.PushGW = h.fakes.config
	}
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	h.process, err = process.Open(ctx, process.Options{
		Config: cfg, Keys: h.keys, Parts: process.All, Log: o.Log, Now: time.Now, Random: rand.Reader, Listeners: listeners,
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
	cfg.Database, cfg.Redis = "sqlite://"+h.folder.file("demo.db"), "embedded"
	if o.Database != "" {
		cfg.Database = o.Database
	}
	if o.Redis != "" {
		cfg.Redis = o.Redis
	}
	at := h.front.addresses(o.Addresses)
	for _, a := range []struct {
		on            *front
		flag, address string
		listener      *net.Listener
		url           *string
	}{
		{h.front, "site", at.Site, &h.site, &h.siteURL},
		{h.front, "server", at.Server, &l.Server, &h.serverURL},
		{h.front, "mobile-api", at.MobileAPI, &l.MobileAPI, &h.phoneURL},
		{&front{host: "localhost"}, "admin", at.Admin, &l.Admin, new(string)}, // never for others
	} {
		var err error
		if *a.listener, *a.url, err = a.on.listen(a.flag, a.address); err != nil {
			return nil, l, err
		}
		h.close = append(h.close, *a.listener)
	}
	h.caller = h.front.client(l.Server)
	cfg.KeysFile = h.folder.file("keys.json") // named, but written only where the folder is kept
	cfg.Server.PublicURL = h.serverURL
	cfg.MobileAPI.PublicURL, cfg.MobileAPI.RPID, cfg.MobileAPI.Origins = h.phoneURL, h.front.host, []string{h.phoneURL}
	cfg.MobileAPI.Requirements.Notifications = false // who cannot or will not be notified sees what works without
	return cfg, l, nil
}

// furnish creates what is not there yet, and lets the login page be where it is now, with passkeys for its host.
func (h *house) furnish(ctx context.Context) error {
	store := h.process.Lasting()
	_, application, err := store.KeyByHash(ctx, account.HashSecret(h.record.Key))
	if errors.Is(err, db.ErrNotFound) {
		return h.create(ctx)
	}
	if err != nil {
		return err
	}
	application.Origins, application.RPID = []string{h.siteURL}, h.front.host
	h.application = application
	return store.UpdateApplication(ctx, store.Writes(), application)
}

// create creates the tenant, its application with a key, and the account. The key comes last: without it, all is created anew.
func (h *house) create(ctx context.Context) error {
	store, now := h.process.Lasting(), time.Now().UTC()
	tenant := account.Tenant{Name: "Muster Makler AG", CreatedAt: now}
	application := account.Application{Name: "Portal", Origins: []string{h.siteURL}, RPID: h.front.host, Policy: account.ApplicationPolicy{Match: account.MatchDigits(2)}, CreatedAt: now}
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
	key.Hash = account.HashSecret(h.record.Key)
	if err := store.CreateTenant(ctx, tenant); err != nil {
		return err
	}
	if err := store.CreateApplication(ctx, application); err != nil {
		return err
	}
	h.application = application
	if _, _, err := store.PutAccount(ctx, login); err != nil {
		return err
	}
	return store.CreateKey(ctx, key)
}

// remove closes everything, in reverse, and deletes a folder that is not kept.
func (h *house) remove() error {
	var errs []error
	for i := len(h.close) - 1; i >= 0; i-- {
		if err := h.close[i].Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, h.folder.remove())...)
}
