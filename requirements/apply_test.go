package requirements_test

import (
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/store/ledger"
	storage "github.com/jawort/jawort/store/organisation"
	"github.com/jawort/jawort/store/outbox"
)

// application is a login service with its key.
type application struct {
	*client.Client
	name, key string
}

const examples = "../docs/examples"

// brokers is the broker platform, three weeks before logins are confirmed there.
func brokers(t *testing.T, also ...func(*config.Config)) *house {
	t.Parallel()
	h := newHouse(t, "2026-12-10 09:00", also...)
	h.apply("broker-platform.yaml")
	h.load("broker-customers.csv")
	return h
}

// publisher is the test publisher.
func publisher(t *testing.T) *house {
	t.Parallel()
	h := newHouse(t, "2026-12-10 09:00")
	h.apply("test-publisher.yaml")
	h.load("publisher-licences.csv")
	return h
}

// enforcement is from when on brokers and those who work for them confirm their logins.
const enforcement = "2027-01-01 00:00"

func (h *house) organisation() *storage.Store {
	store := h.process.Lasting()
	return &storage.Store{
		Lasting: store, SMS: &ledger.Store{DB: store.DB}, Random: rand.Reader, By: outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"},
	}
}

// apply sets up what a file says, as `jawort apply` does, and a key for each application.
func (h *house) apply(name string) {
	h.Helper()
	file, err := os.Open(filepath.Join(examples, name))
	h.must(err)
	defer file.Close()
	h.applyText(file)
}

func (h *house) applyText(file io.Reader) {
	h.Helper()
	read, err := organisation.Read(file)
	h.must(err)
	plans, err := h.organisation().Apply(h.Context(), read.Mistakes, read.Sources()...)
	h.must(err)
	h.tenant = plans[0].Tenant
	for _, made := range plans[0].Applications {
		h.applications[made.Name] = h.keyFor(made.After)
	}
}

// load sets up accounts, as `jawort accounts import` does.
func (h *house) load(name string) {
	h.Helper()
	file, err := os.Open(filepath.Join(examples, name))
	h.must(err)
	defer file.Close()
	table, err := organisation.ReadTable(file, h.tenant.ID, "DE")
	h.must(err)
	_, err = h.organisation().Apply(h.Context(), table.Mistakes, table)
	h.must(err)
}

func (h *house) keyFor(a account.Application) application {
	h.Helper()
	secret, err := account.NewSecret(rand.Reader)
	h.must(err)
	key, err := id.New(rand.Reader, id.Key)
	h.must(err)
	h.must(h.process.Lasting().CreateKey(h.Context(), account.Key{
		ID: key, Application: a.ID, Scopes: account.Scopes, Hash: account.HashSecret(secret), CreatedAt: h.now(),
	}))
	c, err := client.New(client.Config{BaseURL: h.url, Key: secret})
	h.must(err)
	return application{c, a.Name, secret}
}

// at returns a login service by its name.
func (h *house) at(name string) application {
	h.Helper()
	a, there := h.applications[name]
	if !there {
		h.Fatalf("the file names no application %s", name)
	}
	return a
}
