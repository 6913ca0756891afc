package firefox_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"net/netip"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

// One browser for all of it, since it takes most of the time.
func TestFirefoxSubscribesAndDecryptsWhatTheGatewaySends(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.asleep()
	a := h.ask()
	asked := p.answered(pushtest.Decrypted)
	if asked.Header.Get("Urgency") != "high" || asked.Header.Get("Topic") == "" {
		t.Errorf("headers: %v", asked.Header)
	}
	p.shows(notification{Title: "Is this you?", Question: a.ID})
	h.must(h.client.CancelApproval(t.Context(), a.ID))
	withdrawn := p.answered(pushtest.Decrypted)
	if withdrawn.Header.Get("Topic") != asked.Header.Get("Topic") {
		t.Error("the withdrawal does not take the question's place at the push service")
	}
	p.shows(notification{Title: "Answered"})

	p.clear()
	own := p.subscription()
	otherSecret, otherKey := own, own
	otherSecret.Keys.Auth = encode([]byte(rand.Text())[:16])
	otherKey.Keys.P256dh = newKey(t)
	h.send(otherSecret, "For another secret")
	p.answered(pushtest.Undecrypted)
	h.send(otherKey, "For another key")
	p.answered(pushtest.Undecrypted)
	h.send(own, "For this phone")
	p.answered(pushtest.Decrypted)
	p.shows(notification{Title: "For this phone"})
}

// send sends a notice as the gateway does, to a subscription of the test's choice.
func (h *house) send(s account.Subscription, title string) {
	h.Helper()
	provider := pushgw.NewWebPush(pushgw.WebPushOptions{
		Keys: h.keys.VAPIDs(), Unnamed: h.keys.FirstVAPID(), Subscriber: "operator@example.com", Now: time.Now,
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	defer func() { _ = provider.Close() }()
	h.must(provider.Send(h.Context(), pushgw.Push{
		Kind: approval.JobNotice, ID: h.newID(id.Notice), Title: title, Expires: time.Now().Add(time.Minute),
		Address: account.PushAddress{Provider: account.WebPush, Subscription: &s},
	}))
}

func newKey(t *testing.T) string {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return encode(key.PublicKey().Bytes())
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
