package process_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor/mail/mailtest"
	"github.com/jawort/jawort/factor/smpp/smpptest"
	"github.com/jawort/jawort/factor/twilio"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/messages"
)

const publicURL = "https://jawort.example"

// house is a process with all parts on embedded stores.
type house struct {
	*testing.T
	*process.Process
	queue *messages.Store
}

// configuration is that of a house, with the sections added.
func configuration(t *testing.T, sections string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "jawort.yaml")
	least := "database: \"sqlite::memory:\"\nredis: embedded\nkeys_file: unused\nadmin: {listen: \"127.0.0.1:0\"}\nserver: {listen: \"127.0.0.1:0\", public_url: \"" +
		publicURL + "\"}\nmobile_api: {listen: \"127.0.0.1:0\", public_url: \"http://localhost\"}\n"
	if err := os.WriteFile(path, []byte(least+sections), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func options(t *testing.T, sections string) process.Options {
	t.Helper()
	set, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return process.Options{
		Config: configuration(t, sections), Keys: set, Parts: process.All, Log: slog.New(slog.DiscardHandler), Now: time.Now, Random: rand.Reader,
	}
}

func newHouse(t *testing.T, sections string) *house {
	t.Helper()
	return open(t, options(t, sections))
}

func open(t *testing.T, o process.Options) *house {
	t.Helper()
	p, err := process.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return &house{T: t, Process: p, queue: messages.New(p.Lasting().DB, o.Keys, nil)}
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// put queues a message to an address.
func (h *house) put(address string) courier.Message {
	h.Helper()
	m := courier.Message{
		ID: h.newID(id.Message), Tenant: "ten_1", Channel: courier.SMS, Purpose: courier.PurposeCode, Address: address, Text: "123456 is your code",
		ExpiresAt: time.Now().Add(time.Minute),
	}
	if strings.Contains(address, "@") {
		m.Channel, m.Subject = courier.Email, "Your code"
	}
	h.must(h.Lasting().DB.Transact(h.Context(), func(ctx context.Context, tx *sql.Tx) error { return h.queue.Put(ctx, tx, m) }))
	return m
}

// wantState waits until a message is in a state.
func (h *house) wantState(m courier.Message, want courier.State) {
	h.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(30 * time.Second); ; <-tick.C {
		state, err := db.One(h.Context(), h.Lasting().DB.Reads(), db.ScanString, `SELECT state FROM messages WHERE id = $1`, m.ID)
		h.must(err)
		if state == string(want) {
			return
		}
		if time.Now().After(late) {
			h.Fatalf("%s is %s, want %s", m, state, want)
		}
	}
}

func (h *house) newID(prefix string) string {
	h.Helper()
	s, err := id.New(rand.Reader, prefix)
	h.must(err)
	return s
}

// wantSent waits until something was sent, and compares how many messages there are by channel and purpose.
func (h *house) wantSent(want map[string]int) {
	h.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(30 * time.Second); ; <-tick.C {
		sent, err := db.All(h.Context(), h.Lasting().DB.Reads(), db.ScanString, `SELECT channel || ' ' || purpose FROM messages WHERE state = 'sent'`)
		h.must(err)
		if len(sent) == 0 && time.Now().Before(late) {
			continue
		}
		all, err := db.All(h.Context(), h.Lasting().DB.Reads(), db.ScanString, `SELECT channel || ' ' || purpose FROM messages`)
		h.must(err)
		got := map[string]int{}
		for _, one := range all {
			got[one]++
		}
		if !maps.Equal(got, want) {
			h.Fatalf("messages are %v, want %v", got, want)
		}
		return
	}
}

func secret(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAProcessSendsWhatIsQueuedThroughTheSendersOfItsConfiguration(t *testing.T) {
	t.Parallel()
	carrier, server := smpptest.Start(t, ""), mailtest.Start(t, mailtest.Settings{Kind: "none"})
	h := newHouse(t, fmt.Sprintf("sms: {smpp: {address: %q, system_id: %s, password_file: %s, source: Muster}}\nmail: {host: localhost, port: %d, tls: none, from: a@makler.example}\n",
		carrier.Address, smpptest.SystemID, secret(t, smpptest.Password), server.Port))
	code, letter := h.put("+49151001234"), h.put("ada@example.org")
	h.wantState(code, courier.Delivered)
	h.wantState(letter, courier.Sent)
}

func TestAProcessAnnouncesByTheChannelsOfItsConfiguration(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Settings{Kind: "none"})
	h := newHouse(t, fmt.Sprintf("mail: {host: localhost, port: %d, tls: none, from: a@makler.example}\n", server.Port))
	tenant := account.Tenant{ID: h.newID(id.Tenant), Name: "Muster Makler AG"}
	h.must(h.Lasting().CreateTenant(t.Context(), tenant))
	for _, number := range []string{"+4915123456717", "+4915123456799"} {
		change := account.Edit{Phone: account.Set(number), Email: account.Set("ada@example.org"), SMS: account.Set(true)}
		_, _, err := h.Lasting().ChangeAccount(t.Context(), lasting.Put{ID: h.newID(id.Account), Tenant: tenant.ID, ExternalID: "4711", Change: change}, lasting.By{})
		h.must(err)
	}
	h.wantSent(map[string]int{"email notice": 1}) // nothing sends SMS here
}

func TestAProcessWarnsOfPoliciesThatNameWhatItCannotSend(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Settings{Kind: "none"})
	o := options(t, fmt.Sprintf("mail: {host: localhost, port: %d, tls: none, from: a@makler.example}\n", server.Port))
	var said bytes.Buffer
	o.Config.Database = "sqlite://" + filepath.Join(t.TempDir(), "jawort.db")
	open := func() string {
		said.Reset()
		o.Log = slog.New(slog.NewTextHandler(&said, nil))
		p, err := process.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		store := p.Lasting()
		tenant := account.Tenant{ID: "ten_" + strings.Repeat("a", 26), Name: "Muster"}
		_ = store.CreateTenant(t.Context(), tenant) // the second time it is there
		_ = store.CreateApplication(t.Context(), account.Application{
			ID: "app_" + strings.Repeat("a", 26), Tenant: tenant.ID, Name: "Portal",
			Policy: account.ApplicationPolicy{Methods: []approval.Method{approval.MethodSMS, approval.MethodEmail}},
		})
		ctx, stop := context.WithCancel(t.Context())
		stop()
		_ = p.Run(ctx)
		return said.String()
	}
	if first := open(); strings.Contains(first, "cannot send") {
		t.Errorf("no policy names anything, and it says %s", first)
	}
	if second := open(); !strings.Contains(second, "method=sms") || strings.Contains(second, "method=email") {
		t.Errorf("it says %s", second)
	}
}

func TestAProcessBelievesTwiliosCallbacksOnItsServersFace(t *testing.T) {
	t.Parallel()
	fake := twiliotest.Start(t)
	h := newHouse(t, fmt.Sprintf("sms: {twilio: {base_url: %q, account_sid: %s, auth_token_file: %s, from: %q}}\n",
		fake.URL, twiliotest.AccountSID, secret(t, twiliotest.AuthToken), twiliotest.From))
	m := h.put("+4915112345678")
	h.wantState(m, courier.Sent)
	sent := fake.Taken()[0]
	body, signature := twiliotest.Callback(sent.StatusCallback, sent.SID, "delivered", "")
	for given, want := range map[string]int{"forged": http.StatusForbidden, signature: http.StatusNoContent} {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+h.Addrs().Server+twilio.CallbackPath, strings.NewReader(string(body)))
		h.must(err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(twilio.SignatureHeader, given)
		resp, err := http.DefaultClient.Do(r)
		h.must(err)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("a signature %q: got %d", given, resp.StatusCode)
		}
	}
	h.wantState(m, courier.Delivered)
}

func TestASendersFileThatCannotBeReadNamesItsKey(t *testing.T) {
	t.Parallel()
	empty, text := secret(t, ""), secret(t, "text")
	for key, sections := range map[string]string{
		"sms.smpp.password_file":     `sms: {smpp: {address: "c.example:1", system_id: x, password_file: /nowhere, source: Muster}}`,
		"sms.smpp.root_ca_file":      `sms: {smpp: {address: "c.example:1", tls: true, root_ca_file: ` + text + `, system_id: x, password_file: ` + text + `, source: Muster}}`,
		"sms.twilio.auth_token_file": `sms: {twilio: {account_sid: AC1, auth_token_file: ` + empty + `, from: Muster}}`,
		"mail.password_file":         `mail: {host: mail.example, username: x, password_file: /nowhere, from: a@makler.example}`,
		"mail.root_ca_file":          `mail: {host: mail.example, root_ca_file: /nowhere, from: a@makler.example}`,
	} {
		p, err := process.Open(t.Context(), options(t, sections))
		if err == nil {
			p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: got %v", key, err)
		}
	}
}
