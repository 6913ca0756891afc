package console_test

import (
	"html"
	"regexp"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/store/db/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// house is a process of Jawort with a tenant, whose operators a test lets into the console.
type house struct {
	*consoletest.House
	Tenant account.Tenant
}

// newHouse opens one whose operators reach it at an address with TLS, where that is given: a proxy is in front then.
func newHouse(t *testing.T, public ...string) *house {
	t.Helper()
	h := &house{House: consoletest.Bare(t, func(o *process.Options) {
		o.Config.TrustedProxies = []string{"127.0.0.0/8"}
		if len(public) > 0 {
			o.Config.Server.PublicURL = public[0]
		}
	})}
	h.Tenant = h.newTenant("Muster Makler AG")
	return h
}

// In is somebody who has joined and is signed in.
func (h *house) In(role operator.Role, tenant string) *consoletest.Person {
	h.Helper()
	return h.Join("Ada Lovelace", role, tenant)
}

func (h *house) newTenant(name string) account.Tenant {
	h.Helper()
	return h.NewTenant(name, account.TenantPolicy{})
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

func unescaped(s string) string { return html.UnescapeString(s) }
