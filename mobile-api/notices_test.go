package mobileapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// news gives the phones of an account the news of a changed number.
func (b *bench) news(a account.Account, id string) {
	b.t.Helper()
	now := b.now()
	b.check(b.lasting.PutNews(b.t.Context(), lasting.News{
		Tenant: b.tenant.ID, Account: a.ID, Occasion: courier.ChangedNumber, Fact: "+49 ••• ••99", About: now, At: now,
	}, func(installation string) (string, error) { return "ntc_" + id + installation, nil }))
}

// notices are what a phone is told.
func (p *phone) notices() []map[string]any {
	p.b.t.Helper()
	var all []map[string]any
	for _, n := range p.call("GET", "/v1/notices", nil).ok(p.b.t).body["notices"].([]any) {
		all = append(all, n.(map[string]any))
	}
	return all
}

func (p *phone) wantNotices(n int) []map[string]any {
	p.b.t.Helper()
	all := p.notices()
	if len(all) != n {
		p.b.t.Fatalf("%d notices, want %d: %v", len(all), n, all)
	}
	return all
}

func TestAPhoneReadsWhatHappenedInItsLanguageAndOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	policy := account.TenantPolicy{Support: account.Texts{German: "030 1234", English: "030 9876"}}
	b.tenant.Policy = policy
	b.check(b.lasting.UpdateTenant(t.Context(), b.lasting.Writes(), b.tenant))
	a := b.account("4711")
	p := b.phone("Pixel").enrol(a)
	p.wantNotices(0)
	b.news(a, "1")
	n := p.wantNotices(1)[0]
	if n["device"] != p.device || n["occasion"] != "changed-number" || n["account"].(map[string]any)["label"] != a.Label ||
		n["tenant"].(map[string]any)["name"] != b.tenant.Name || n["text"] !=
		"Ihr Zugang bei Example Bank hat jetzt eine andere Nummer: +49 ••• ••99. Waren Sie das nicht, melden Sie sich sofort.\nHilfe: 030 1234" {
		t.Errorf("got %v", n)
	}
	if at, err := time.Parse(time.RFC3339, n["at"].(string)); err != nil || time.Since(at) > time.Hour {
		t.Errorf("at is %v", n["at"])
	}
	p.call("PATCH", "/v1/installation", map[string]any{"language": "en-GB"}).ok(t)
	if text := p.wantNotices(1)[0]["text"].(string); !strings.Contains(text, "another number") || !strings.HasSuffix(text, "Help: 030 9876") {
		t.Errorf("in English: %q", text)
	}
	for range 2 {
		p.call("DELETE", "/v1/notices/"+n["id"].(string), nil).want(t, http.StatusNoContent, "")
	}
	p.wantNotices(0)
}

func TestAPhoneReadsNoNoticeOfAnother(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	mine, beside, stranger := b.phone("Pixel").enrol(a), b.phone("Fairphone").enrol(a), b.phone("iPhone").enrol(b.account("4712"))
	b.news(a, "1")
	id := mine.wantNotices(1)[0]["id"].(string)
	stranger.wantNotices(0)
	for _, thief := range []*phone{beside, stranger} {
		thief.call("DELETE", "/v1/notices/"+id, nil).want(t, http.StatusNotFound, "unknown-notice")
	}
	for _, made := range []string{"ntc_aaaaaaaaaaaaaaaaaaaaaaaaaa", "%27--", "%00"} {
		mine.call("DELETE", "/v1/notices/"+made, nil).want(t, http.StatusNotFound, "unknown-notice")
	}
	none := ""
	mine.call("GET", "/v1/notices", nil, change{token: &none}).want(t, http.StatusUnauthorized, "unauthorized")
	mine.call("GET", "/v1/notices", nil, change{key: stranger.key}).want(t, http.StatusUnauthorized, "unauthorized")
	mine.wantNotices(1)
	beside.wantNotices(1)
}

func TestANoticeIsGoneWithItsDeviceAndItsAccount(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, other := b.account("4711"), b.account("4712")
	revoked, erased := b.phone("Pixel").enrol(a), b.phone("Fairphone").enrol(other)
	b.news(a, "1")
	b.news(other, "2")
	for _, gone := range []struct {
		phone *phone
		by    func() error
	}{
		{revoked, func() error {
			return b.lasting.RevokeDevice(t.Context(), b.tenant.ID, "4711", revoked.device, outbox.Actor{})
		}},
		{erased, func() error { return b.lasting.EraseAccount(t.Context(), b.tenant.ID, "4712", lasting.By{}) }},
	} {
		id := gone.phone.wantNotices(1)[0]["id"].(string)
		b.check(gone.by())
		gone.phone.wantNotices(0)
		gone.phone.call("DELETE", "/v1/notices/"+id, nil).want(t, http.StatusNotFound, "unknown-notice")
	}
}
