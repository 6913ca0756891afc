package requirements_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const companion = "companion"

// firebase stands in for Google's service, and is what the gateway pushes by.
func firebase(t *testing.T) (fcm *pushtest.FCM, configured func(*config.Config)) {
	t.Helper()
	fcm, err := pushtest.NewFCM(companion, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fcm.Close() })
	credentials := filepath.Join(t.TempDir(), "firebase.json")
	if err := os.WriteFile(credentials, fcm.ServiceAccountJSON(), 0o600); err != nil {
		t.Fatal(err)
	}
	return fcm, func(c *config.Config) {
		c.PushGW.FCM = []pushgw.FCMConfig{{App: companion, CredentialsFile: credentials, Endpoint: fcm.Endpoint()}}
	}
}

// pushed is a phone that can be woken, with where its pushes arrive.
type pushed struct {
	*phone.Phone
	holder string
	inbox  <-chan pushtest.Push
}

func (h *house) wakeable(holder string, fcm *pushtest.FCM) pushed {
	h.Helper()
	p, token := h.newPhone(), fcm.NewToken()
	h.addresses[p] = &phone.PushAddress{Provider: "fcm", App: companion, Token: token}
	return pushed{p, holder, fcm.Inbox(token)}
}

// told waits for the push of the notice about an occasion, and returns the notice as the phone then shows it.
func (h *house) told(on pushed, occasion string) phone.Notice {
	h.Helper()
	late := time.After(patience)
	for {
		select {
		case p := <-on.inbox:
			if p.Type != "notice" {
				continue
			}
			shown, err := on.Notices(h.Context())
			h.must(err)
			for _, n := range shown {
				if n.ID == p.ID && n.Occasion == occasion {
					return n
				}
			}
		case <-late:
			h.Fatalf("%s's phone was not woken for %s", on.holder, occasion)
		}
	}
}
