package main

import (
	"context"
	"encoding/json"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/client/browser"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live/redistest"
)

const (
	loginNumber = "4711"
	pageOrigin  = "http://login.localhost:9000"
	pageHost    = "login.localhost"
)

// installation is a Jawort that was set up by its own commands, on a real Redis and a real Postgres.
type installation struct {
	t      *testing.T
	redis  *redistest.Server
	env    []string
	key    string // API key
	server face
	phones face
	file   map[string]any // sections of the configuration file
}

// face is what people and login services reach, whichever processes stand behind it.
type face struct {
	*local.Balancer
	url string
}

func newFace(t *testing.T) face {
	t.Helper()
	b, err := local.NewBalancer("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	_, port, err := net.SplitHostPort(b.Addr())
	if err != nil {
		t.Fatal(err)
	}
	return face{b, "http://localhost:" + port}
}

// leadsTo puts a process behind it; empty: one that does not serve this.
func (f face) leadsTo(address string) {
	if address != "" {
		f.Add(address)
	}
}

// install sets up tenant, application and key, with Postgres at the given URL.
func install(t *testing.T, database string) *installation {
	t.Helper()
	i := &installation{t: t, redis: redistest.Start(t), server: newFace(t), phones: newFace(t)}
	keys := filepath.Join(t.TempDir(), "keys.json")
	if _, stderr, err := output(t, nil, "secrets", "init", keys); err != nil {
		t.Fatal(stderr)
	}
	i.env = []string{
		"JAWORT_DATABASE=" + database, "JAWORT_REDIS=" + i.redis.URL, "JAWORT_KEYS_FILE=" + keys,
		"JAWORT_SERVER_LISTEN=127.0.0.1:0", "JAWORT_MOBILE_API_LISTEN=127.0.0.1:0", "JAWORT_ADMIN_LISTEN=127.0.0.1:0",
		"JAWORT_SERVER_PUBLIC_URL=" + i.server.url, "JAWORT_MOBILE_API_PUBLIC_URL=" + i.phones.url,
	}
	tenant := answer[tenantRow](t, i.env, "tenant", "create", "Muster Makler AG")
	application := answer[applicationRow](t, i.env, "application", "create", "Portal", "--tenant", tenant.ID, "--origin", pageOrigin, "--rp-id", pageHost)
	i.key = answer[keyRow](t, i.env, "key", "create", "--application", application.ID, "--scopes", "login,enrol,admin").Secret
	return i
}

func installed(t *testing.T) *installation {
	t.Helper()
	return install(t, pgtest.New(t))
}

// configure adds sections to the configuration file, which is there once there is one.
func (i *installation) configure(sections map[string]any) {
	i.t.Helper()
	if i.file == nil {
		i.file = map[string]any{}
	}
	maps.Copy(i.file, sections)
	content, err := json.Marshal(i.file) // JSON is YAML
	if err != nil {
		i.t.Fatal(err)
	}
	const variable = "JAWORT_CONFIG="
	i.env = slices.DeleteFunc(i.env, func(v string) bool { return strings.HasPrefix(v, variable) })
	i.env = append(i.env, variable+i.keep("jawort.yaml", content))
}

// keep writes a file that only its owner can read.
func (i *installation) keep(name string, content []byte) (path string) {
	i.t.Helper()
	path = filepath.Join(i.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		i.t.Fatal(err)
	}
	return path
}

// run starts processes and puts them behind the balancers.
func (i *installation) run(part ...string) *program {
	i.t.Helper()
	p := serving(i.t, i.env, part...)
	i.server.leadsTo(p.ready.Server)
	i.phones.leadsTo(p.ready.MobileAPI)
	return p
}

func (i *installation) client() *client.Client {
	i.t.Helper()
	c, err := client.New(client.Config{BaseURL: i.server.url, Key: i.key})
	if err != nil {
		i.t.Fatal(err)
	}
	return c
}

// enrol registers a phone for the account and returns it.
func (i *installation) enrol(label string, push *phone.PushAddress) *phone.Phone {
	i.t.Helper()
	ctx, c := i.t.Context(), i.client()
	if _, err := c.PutAccount(ctx, loginNumber, "Office South"); err != nil {
		i.t.Fatal(err)
	}
	e, err := c.Enrol(ctx, client.NewEnrolment{Account: loginNumber, Authorize: client.ByOperator, Reason: "test"})
	if err != nil {
		i.t.Fatal(err)
	}
	p := phone.New(phone.Options{})
	digits, err := p.Enrol(ctx, e.Link, "Holder of "+label, label, push)
	if err != nil {
		i.t.Fatal(err)
	}
	if _, err := c.ConfirmEnrolment(ctx, e.ID, digits); err != nil {
		i.t.Fatal(err)
	}
	return p
}

// ask creates an approval.
func (i *installation) ask(session string) client.Approval {
	i.t.Helper()
	a, err := i.client().CreateApproval(i.t.Context(), question(session))
	if err != nil {
		i.t.Fatal(err)
	}
	return a
}

func question(session string) client.Request {
	return client.Request{Account: loginNumber, Browser: client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0 Firefox/128.0", Session: session}}
}

// page is the browser that waits for an approval.
func page(a client.Approval) browser.Page {
	return browser.Page{URL: a.Socket.URL, Ticket: a.Socket.Ticket, Origin: pageOrigin}
}

// fetch returns the approval as the phone sees it.
func (i *installation) fetch(p *phone.Phone, id string) phone.Item {
	i.t.Helper()
	items, err := p.Approval(i.t.Context(), i.phones.url, id)
	if err != nil || len(items) != 1 {
		i.t.Fatalf("the phone fetched %d questions, %v", len(items), err)
	}
	return items[0]
}

// within bounds what a test waits for.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
