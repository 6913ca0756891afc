package pushgw_test

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/SherClockHolmes/webpush-go"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// browser is a fake push service with the provider whose key its subscriptions are bound to.
type browser struct {
	*pushtest.WebPush
	provider *pushgw.WebPush
	key      keys.VAPID
}

func newBrowser(t *testing.T, change func(*pushgw.WebPushOptions)) browser {
	t.Helper()
	key := newKey(t)
	fake, err := pushtest.NewWebPush(key.Public, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fake.Close() })
	o := pushgw.WebPushOptions{Keys: []keys.VAPID{key}, Unnamed: key, Subscriber: "ops@example.org", AllowPrivate: loopback, Now: time.Now}
	if change != nil {
		change(&o)
	}
	p := pushgw.NewWebPush(o)
	t.Cleanup(func() { _ = p.Close() })
	return browser{fake, p, key}
}

func (b browser) address(t *testing.T) account.PushAddress {
	t.Helper()
	s, err := b.NewSubscription()
	if err != nil {
		t.Fatal(err)
	}
	return account.PushAddress{Provider: account.WebPush, Subscription: &s}
}

func TestWebPushDeliversAnEncryptedMessage(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, nil)
	a := b.address(t)
	inbox := b.Inbox(a.Subscription.Endpoint)
	if err := b.provider.Send(t.Context(), pushTo(a, approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
	got := <-inbox
	var payload map[string]string
	if err := json.Unmarshal(got.Payload, &payload); err != nil {
		t.Fatal(err)
	}
	if len(payload) != 4 || got.Type != "approval" || got.ID != "apr_3abc" || got.Title != "Sign-in" || got.Body != "Is this you?" {
		t.Errorf("payload: %v", payload)
	}
	if got.Header.Get("TTL") != "120" || got.Header.Get("Urgency") != "high" {
		t.Errorf("headers: %v", got.Header)
	}
}

func TestWebPushWithdrawalTakesThePlaceOfTheQuestion(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, nil)
	a := b.address(t)
	inbox := b.Inbox(a.Subscription.Endpoint)
	for _, kind := range []approval.JobKind{approval.JobApproval, approval.JobWithdrawn} {
		if err := b.provider.Send(t.Context(), pushTo(a, kind)); err != nil {
			t.Fatal(err)
		}
	}
	asked, withdrawn := <-inbox, <-inbox
	topic := asked.Header.Get("Topic")
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{32}$`).MatchString(topic) || withdrawn.Header.Get("Topic") != topic || strings.Contains(topic, "apr_") {
		t.Errorf("topics %q and %q", topic, withdrawn.Header.Get("Topic"))
	}
}

// A push service takes a push for a subscription only with the key that it was made with (RFC 8292, 4.2).
func TestWebPushSignsWithTheKeyThatTheSubscriptionWasMadeWith(t *testing.T) {
	t.Parallel()
	fresh, dropped := newKey(t), newKey(t)
	b := newBrowser(t, func(o *pushgw.WebPushOptions) {
		o.Keys, o.Dropped = append([]keys.VAPID{fresh}, o.Keys...), []string{dropped.Public}
	})
	a := b.address(t)
	inbox := b.Inbox(a.Subscription.Endpoint)
	for _, named := range []string{b.key.Public, ""} { // who names none subscribed with the first that there was
		a.ServerKey = named
		if err := b.provider.Send(t.Context(), pushTo(a, approval.JobApproval)); err != nil {
			t.Fatal(err)
		}
		<-inbox
	}
	for name, c := range map[string]struct {
		key  string
		want pushgw.Failure
	}{
		"the present one": {fresh.Public, pushgw.Failure{Kind: pushgw.Alarm, Reason: "Forbidden"}},
		"one that was dropped: the phone needs another":  {dropped.Public, pushgw.Failure{Kind: pushgw.Gone, Reason: "server-key-dropped"}},
		"one that only the others know: the phone stays": {newKey(t).Public, pushgw.Failure{Kind: pushgw.Alarm, Reason: "server-key-unknown"}},
	} {
		a.ServerKey = c.key
		t.Log(name)
		wantFailure(t, b.provider.Send(t.Context(), pushTo(a, approval.JobApproval)), c.want)
	}
}

func newKey(t *testing.T) keys.VAPID {
	t.Helper()
	private, public, err := webpush.GenerateVAPIDKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys.VAPID{Public: public, Private: private}
}

func TestWebPushReactions(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, nil)
	for name, c := range map[string]struct {
		reaction pushtest.Reaction
		want     pushgw.Failure
	}{
		"404: the subscription is gone":         {pushtest.Refuse(404, ""), pushgw.Failure{Kind: pushgw.Gone, Reason: "Not-Found"}},
		"410: the subscription is gone":         {pushtest.Refuse(410, ""), pushgw.Failure{Kind: pushgw.Gone, Reason: "Gone"}},
		"413: given up":                         {pushtest.Refuse(413, ""), pushgw.Failure{Kind: pushgw.Refused, Reason: "Request-Entity-Too-Large"}},
		"400: given up":                         {pushtest.Refuse(400, ""), pushgw.Failure{Kind: pushgw.Refused, Reason: "Bad-Request"}},
		"401: our key or clock is wrong, alarm": {pushtest.Refuse(401, ""), pushgw.Failure{Kind: pushgw.Alarm, Reason: "Unauthorized"}},
		"403: our key is not the one, alarm":    {pushtest.Refuse(403, ""), pushgw.Failure{Kind: pushgw.Alarm, Reason: "Forbidden"}},
		"429 with Retry-After: wait as long":    {pushtest.Refuse(429, "").After("9"), pushgw.Failure{Kind: pushgw.Throttled, Reason: "Too-Many-Requests", After: 9 * time.Second}},
		"429 without Retry-After: back off":     {pushtest.Refuse(429, ""), pushgw.Failure{Kind: pushgw.Throttled, Reason: "Too-Many-Requests"}},
		"500: back off":                         {pushtest.Refuse(500, ""), pushgw.Failure{Kind: pushgw.Again, Reason: "Internal-Server-Error"}},
		"503 with Retry-After: wait as long":    {pushtest.Refuse(503, "").After("4"), pushgw.Failure{Kind: pushgw.Again, Reason: "Service-Unavailable", After: 4 * time.Second}},
		"a redirect is not followed":            {pushtest.Refuse(307, "http://127.0.0.1:1/"), pushgw.Failure{Kind: pushgw.Refused, Reason: "Temporary-Redirect"}},
		"a cut connection: back off":            {pushtest.Cut(), pushgw.Failure{Kind: pushgw.Again, Reason: "no-answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := b.address(t)
			b.Script(a.Subscription.Endpoint, c.reaction)
			wantFailure(t, b.provider.Send(t.Context(), pushTo(a, approval.JobApproval)), c.want)
		})
	}
}

func TestWebPushRetryAfterMayBeADate(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b := newBrowser(t, func(o *pushgw.WebPushOptions) { o.Now = func() time.Time { return at } })
	a := b.address(t)
	b.Script(a.Subscription.Endpoint, pushtest.Refuse(503, "").After("Sun, 01 Mar 2026 12:00:20 GMT"))
	err := b.provider.Send(t.Context(), pushTo(a, approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Again, Reason: "Service-Unavailable", After: 20 * time.Second})
}

func TestWebPushFindsAnEndedSubscriptionGone(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, nil)
	a := b.address(t)
	b.Uninstall(a.Subscription.Endpoint)
	wantFailure(t, b.provider.Send(t.Context(), pushTo(a, approval.JobApproval)), pushgw.Failure{Kind: pushgw.Gone, Reason: "Gone"})
}

func TestWebPushSilenceEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, nil)
	a := b.address(t)
	b.Script(a.Subscription.Endpoint, pushtest.Silent())
	err := b.provider.Send(deadline(t, 300*time.Millisecond), pushTo(a, approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Again, Reason: "timeout"})
}

func TestWebPushUnusableSubscriptionsAreGivenUp(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, nil)
	for name, spoil := range map[string]func(*account.Subscription){
		"a public key that is no point": func(s *account.Subscription) { s.Keys.P256dh = "BAAA" },
		"a secret that is no base64":    func(s *account.Subscription) { s.Keys.Auth = "***" },
		"an endpoint that is no URL":    func(s *account.Subscription) { s.Endpoint = "http://[" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := b.address(t)
			spoil(a.Subscription)
			f := failureIn(t, b.provider.Send(t.Context(), pushTo(a, approval.JobApproval)))
			if f.Kind != pushgw.Refused {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestWebPushReachesNoPrivateAddress(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, func(o *pushgw.WebPushOptions) { o.AllowPrivate = nil })
	port := b.URL()[strings.LastIndex(b.URL(), ":"):]
	for _, endpoint := range []string{
		"http://127.0.0.1" + port + "/push/x",
		"https://127.0.0.1/push/x",
		"https://0.0.0.0/push/x",
		"https://[::1]/push/x",
		"https://[::ffff:127.0.0.1]/push/x",
		"https://[::ffff:10.0.0.1]/push/x",
		"https://[fe80::1]/push/x",
		"https://[fd00::1]/push/x",
		"https://[64:ff9b::7f00:1]/push/x",
		"https://169.254.169.254/latest/meta-data",
		"https://10.1.2.3/push/x",
		"https://192.168.1.1/push/x",
		"https://172.16.0.1/push/x",
		"https://100.64.0.1/push/x",
		"https://localhost/push/x",
		"http://localhost" + port + "/push/x",
		"http://93.184.216.34/push/x",
		"https://93.184.216.34:8080/push/x",
	} {
		t.Run(endpoint, func(t *testing.T) {
			t.Parallel()
			a := b.address(t)
			a.Subscription.Endpoint = endpoint
			err := b.provider.Send(deadline(t, 5*time.Second), pushTo(a, approval.JobApproval))
			wantFailure(t, err, pushgw.Failure{Kind: pushgw.Refused, Reason: "address-not-allowed"})
		})
	}
}

func TestWebPushAllowListOpensNoMoreThanItNames(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, func(o *pushgw.WebPushOptions) {
		o.AllowPrivate = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	})
	a := b.address(t)
	if err := b.provider.Send(t.Context(), pushTo(a, approval.JobApproval)); err != nil {
		t.Errorf("the allowed address: %v", err)
	}
	a.Subscription.Endpoint = strings.Replace(a.Subscription.Endpoint, "127.0.0.1", "127.0.0.2", 1)
	wantFailure(t, b.provider.Send(t.Context(), pushTo(a, approval.JobApproval)), pushgw.Failure{Kind: pushgw.Refused, Reason: "address-not-allowed"})
}
