package pushgw_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const bundle = "org.example.yes"

func fakeAPNs(t *testing.T) *pushtest.APNs {
	t.Helper()
	return fakeAPNsAt(t, time.Now)
}

func fakeAPNsAt(t *testing.T, now func() time.Time) *pushtest.APNs {
	t.Helper()
	fake, err := pushtest.NewAPNs(bundle, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fake.Close() })
	return fake
}

func apnsKey(t *testing.T, p8 []byte, keyID, teamID string) *pushgw.APNsKey {
	t.Helper()
	key, err := pushgw.NewAPNsKey(p8, keyID, teamID)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func openAPNs(t *testing.T, fake *pushtest.APNs, change func(*pushgw.APNsOptions)) *pushgw.APNs {
	t.Helper()
	o := pushgw.APNsOptions{
		Topic: bundle, Environment: pushgw.Production, Host: fake.URL(), Roots: fake.Roots(), Now: time.Now,
		Key: apnsKey(t, fake.KeyPEM(), pushtest.APNsKeyID, pushtest.APNsTeamID),
	}
	if change != nil {
		change(&o)
	}
	p := pushgw.NewAPNs(o)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func apnsAddress(token string) account.PushAddress {
	return account.PushAddress{Provider: account.APNs, App: bundle, Environment: pushgw.Production, Token: token}
}

func TestAPNsShowsAnAlertThatEndsWithTheApproval(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, nil)
	token := fake.NewToken()
	inbox := fake.Inbox(token)
	push := pushTo(apnsAddress(token), approval.JobApproval)
	if err := p.Send(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	got := <-inbox
	if got.Type != "approval" || got.ID != push.ID || got.Title != push.Title || got.Body != push.Body || got.App != bundle {
		t.Errorf("the phone got %+v", got)
	}
	for name, want := range map[string]string{
		"apns-push-type": "alert", "apns-priority": "10", "apns-expiration": strconv.FormatInt(push.Expires.Unix(), 10),
	} {
		if have := got.Header.Get(name); have != want {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
}

func TestAPNsReplacesTheQuestionWhenItIsWithdrawn(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, nil)
	token := fake.NewToken()
	inbox := fake.Inbox(token)
	for _, kind := range []approval.JobKind{approval.JobApproval, approval.JobWithdrawn} {
		if err := p.Send(t.Context(), pushTo(apnsAddress(token), kind)); err != nil {
			t.Fatal(err)
		}
	}
	asked, withdrawn := <-inbox, <-inbox
	id := asked.Header.Get("apns-collapse-id")
	if id == "" || id != withdrawn.Header.Get("apns-collapse-id") || withdrawn.Type != "withdrawn" {
		t.Errorf("asked %v, withdrawn %v", asked.Header, withdrawn.Header)
	}
}

func TestAPNsReactions(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, nil)
	since := time.Now().Add(-time.Hour).Truncate(time.Second)
	for name, c := range map[string]struct {
		reaction pushtest.Reaction
		want     pushgw.Failure
	}{
		"410 Unregistered with its timestamp: gone since then": {
			pushtest.Refuse(410, "Unregistered").DeadSince(since), pushgw.Failure{Kind: pushgw.Gone, Reason: "Unregistered", DeadSince: since}},
		"410 ExpiredToken, which the SDK has no name for: gone since then": {
			pushtest.Refuse(410, "ExpiredToken").DeadSince(since), pushgw.Failure{Kind: pushgw.Gone, Reason: "ExpiredToken", DeadSince: since}},
		"BadDeviceToken: never retried, kept": {
			pushtest.Refuse(400, "BadDeviceToken"), pushgw.Failure{Kind: pushgw.Refused, Reason: "BadDeviceToken"}},
		"DeviceTokenNotForTopic: never retried, alarm": {
			pushtest.Refuse(400, "DeviceTokenNotForTopic"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "DeviceTokenNotForTopic"}},
		"PayloadTooLarge: never retried, alarm": {
			pushtest.Refuse(413, "PayloadTooLarge"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "PayloadTooLarge"}},
		"Forbidden: never retried, alarm": {
			pushtest.Refuse(403, "Forbidden"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "Forbidden"}},
		"ExpiredProviderToken just after it was made: our clock is wrong, alarm": {
			pushtest.Refuse(403, "ExpiredProviderToken"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "ExpiredProviderToken"}},
		"a reason that is newer than the SDK: alarm": {
			pushtest.Refuse(403, "BadEnvironmentKeyIdInToken"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "BadEnvironmentKeyIdInToken"}},
		"TooManyRequests concerns one token: later": {
			pushtest.Refuse(429, "TooManyRequests"), pushgw.Failure{Kind: pushgw.Throttled, Reason: "TooManyRequests"}},
		"TooManyProviderTokenUpdates concerns us all: much later": {
			pushtest.Refuse(429, "TooManyProviderTokenUpdates"), pushgw.Failure{Kind: pushgw.Again, Reason: "TooManyProviderTokenUpdates", After: time.Minute}},
		"500: back off": {
			pushtest.Refuse(500, "InternalServerError"), pushgw.Failure{Kind: pushgw.Again, Reason: "InternalServerError"}},
		"503: back off": {
			pushtest.Refuse(503, "Shutdown"), pushgw.Failure{Kind: pushgw.Again, Reason: "Shutdown"}},
		"an error page of something in between: back off": {
			pushtest.Reaction{Status: 502, Raw: "<html>Bad Gateway</html>"}, pushgw.Failure{Kind: pushgw.Again, Reason: "no-answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := fake.NewToken()
			fake.Script(token, c.reaction)
			wantFailure(t, p.Send(t.Context(), pushTo(apnsAddress(token), approval.JobApproval)), c.want)
			if n := fake.Attempts(token); n != 1 {
				t.Errorf("the SDK sent %d requests, want 1", n)
			}
		})
	}
}

func TestAPNsFindsAnUninstalledAppGone(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, nil)
	token := fake.NewToken()
	fake.Uninstall(token)
	f := failureIn(t, p.Send(t.Context(), pushTo(apnsAddress(token), approval.JobApproval)))
	if f.Kind != pushgw.Gone || f.DeadSince.IsZero() {
		t.Errorf("got %+v", f)
	}
}

func TestAPNsChecksOurCredentials(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(other)
	if err != nil {
		t.Fatal(err)
	}
	otherPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	for name, key := range map[string]*pushgw.APNsKey{
		"wrong key":    apnsKey(t, otherPEM, pushtest.APNsKeyID, pushtest.APNsTeamID),
		"wrong key id": apnsKey(t, fake.KeyPEM(), "OTHERKEY00", pushtest.APNsTeamID),
		"wrong team":   apnsKey(t, fake.KeyPEM(), pushtest.APNsKeyID, "OTHERTEAM0"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := openAPNs(t, fake, func(o *pushgw.APNsOptions) { o.Key = key })
			err := p.Send(t.Context(), pushTo(apnsAddress(fake.NewToken()), approval.JobApproval))
			wantFailure(t, err, pushgw.Failure{Kind: pushgw.Alarm, Reason: "InvalidProviderToken"})
		})
	}
}

func TestAPNsKeepsToAnotherAppsTopic(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, func(o *pushgw.APNsOptions) { o.Topic = "org.example.other" })
	err := p.Send(t.Context(), pushTo(apnsAddress(fake.NewToken()), approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Alarm, Reason: "DeviceTokenNotForTopic"})
}

func TestAPNsWithAnUnknownAuthorityIsNotTrusted(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, func(o *pushgw.APNsOptions) { o.Roots = nil })
	err := p.Send(t.Context(), pushTo(apnsAddress(fake.NewToken()), approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Again, Reason: "certificate"})
}

func TestAPNsExpiredProviderTokenIsMadeAnew(t *testing.T) {
	t.Parallel()
	ahead := clock{}
	fake := fakeAPNsAt(t, ahead.now)
	p := openAPNs(t, fake, func(o *pushgw.APNsOptions) { o.Now = ahead.now })
	push := pushTo(apnsAddress(fake.NewToken()), approval.JobApproval)
	if err := p.Send(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	ahead.move(61 * time.Minute)
	wantFailure(t, p.Send(t.Context(), push), pushgw.Failure{Kind: pushgw.Again, Reason: "ExpiredProviderToken"})
	ahead.move(-61 * time.Minute) // the SDK signs with the real clock
	fake.ForgetProvider()
	if err := p.Send(t.Context(), push); err != nil {
		t.Errorf("with a new provider token: %v", err)
	}
}

func TestAPNsCutAndSilentConnectionsAreRetriedLater(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, nil)
	token := fake.NewToken()
	fake.Script(token, pushtest.Cut(), pushtest.Silent())
	push := pushTo(apnsAddress(token), approval.JobApproval)
	wantFailure(t, p.Send(t.Context(), push), pushgw.Failure{Kind: pushgw.Again, Reason: "no-answer"})
	wantFailure(t, p.Send(deadline(t, 500*time.Millisecond), push), pushgw.Failure{Kind: pushgw.Again, Reason: "timeout"})
	if err := p.Send(t.Context(), push); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestAPNsSendsABurstOverFewConnections(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, nil)
	const burst = 300
	fake.Standard(pushtest.Slow(50 * time.Millisecond))
	errs := make(chan error, burst)
	for range burst {
		push := pushTo(apnsAddress(fake.NewToken()), approval.JobApproval)
		go func() { errs <- p.Send(t.Context(), push) }()
	}
	for range burst {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := fake.Connections(); n > burst/10 { // net/http dials a few more than it keeps
		t.Errorf("%d connections for a burst", n)
	}
}

func TestAPNsPayloadSaysNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	fake := fakeAPNs(t)
	p := openAPNs(t, fake, nil)
	token := fake.NewToken()
	inbox := fake.Inbox(token)
	if err := p.Send(t.Context(), pushTo(apnsAddress(token), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
	var payload map[string]any
	if err := json.Unmarshal((<-inbox).Payload, &payload); err != nil {
		t.Fatal(err)
	}
	delete(payload, "aps")
	if len(payload) != 2 || payload["type"] != "approval" || payload["id"] != "apr_3abc" {
		t.Errorf("payload beside aps: %v", payload)
	}
}

// clock runs ahead of the real one by as much as it was moved.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}
