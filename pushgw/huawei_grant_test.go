package pushgw_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

// aheadOf is a fake and a provider by one clock.
func aheadOf(t *testing.T) (*clock, *pushtest.Huawei, func() error) {
	t.Helper()
	c := &clock{}
	fake := fakeHuaweiAt(t, c.now)
	p := openHuawei(t, fake, func(o *pushgw.HuaweiOptions) { o.Now = c.now })
	return c, fake, func() error {
		return p.Send(t.Context(), pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval))
	}
}

func wantGrants(t *testing.T, fake *pushtest.Huawei, n int) {
	t.Helper()
	if got := fake.Grants(); got != n {
		t.Errorf("%d access tokens were asked for, want %d", got, n)
	}
}

func wantNoneRefused(t *testing.T, fake *pushtest.Huawei) {
	t.Helper()
	if n := fake.Refused(); n != 0 {
		t.Errorf("%d messages were sent without an access token that holds", n)
	}
}

func mustSend(t *testing.T, send func() error) {
	t.Helper()
	if err := send(); err != nil {
		t.Fatal(err)
	}
}

func TestHuaweiKeepsItsAccessTokenAndRenewsItBeforeItEnds(t *testing.T) {
	t.Parallel()
	c, fake, send := aheadOf(t)
	mustSend(t, send)
	c.move(54 * time.Minute)
	mustSend(t, send)
	wantGrants(t, fake, 1)
	c.move(2 * time.Minute)
	mustSend(t, send)
	mustSend(t, send)
	wantGrants(t, fake, 2)
	c.move(2 * time.Hour) // nobody was to be woken for long
	mustSend(t, send)
	wantGrants(t, fake, 3)
	wantNoneRefused(t, fake)
}

func TestHuaweiUsesTheOldAccessTokenWhileNoNewOneIsToBeHad(t *testing.T) {
	t.Parallel()
	c, fake, send := aheadOf(t)
	mustSend(t, send)
	fake.StandardOAuth(pushtest.Refuse(http.StatusServiceUnavailable, "unavailable"))
	c.move(56 * time.Minute)
	mustSend(t, send)
	mustSend(t, send)
	wantGrants(t, fake, 2) // the second had just been told
	c.move(2 * time.Second)
	mustSend(t, send)
	wantGrants(t, fake, 3)
	c.move(5 * time.Minute)
	wantFailure(t, send(), pushgw.Failure{Kind: pushgw.Again, Reason: "oauth-unavailable"})
	wantNoneRefused(t, fake)
}

func TestHuaweiAsksForOneAccessTokenHoweverManyPushesWait(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	fake.StandardOAuth(pushtest.Slow(200 * time.Millisecond))
	p := openHuawei(t, fake, nil)
	var pushes sync.WaitGroup
	for range 50 {
		token := fake.NewToken()
		pushes.Go(func() {
			if err := p.Send(t.Context(), pushTo(huaweiAddress(token), approval.JobApproval)); err != nil {
				t.Error(err)
			}
		})
	}
	pushes.Wait()
	wantGrants(t, fake, 1)
}

func TestHuaweiTellsAllWhoWaitOfOneRefusal(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	fake.StandardOAuth(pushtest.Refuse(http.StatusBadRequest, "invalid client"))
	still := time.Now()
	p := openHuawei(t, fake, func(o *pushgw.HuaweiOptions) { o.Now = func() time.Time { return still } })
	var pushes sync.WaitGroup
	for range 50 {
		push := pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval)
		pushes.Go(func() {
			if f := failureIn(t, p.Send(t.Context(), push)); f.Kind != pushgw.Alarm || f.Reason != "oauth-refused" {
				t.Errorf("got %+v", f)
			}
		})
	}
	pushes.Wait()
	wantGrants(t, fake, 1)
}

func TestHuaweiWaitsForAnAccessTokenNoLongerThanItsDeadline(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	fake.StandardOAuth(pushtest.Silent())
	p := openHuawei(t, fake, nil)
	push := pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval)
	var pushes sync.WaitGroup
	for range 3 {
		ctx := deadline(t, 300*time.Millisecond)
		pushes.Go(func() { wantFailure(t, p.Send(ctx, push), pushgw.Failure{Kind: pushgw.Again, Reason: "timeout"}) })
	}
	pushes.Wait()
	fake.StandardOAuth(pushtest.Accept())
	if err := p.Send(t.Context(), push); err != nil {
		t.Errorf("after the token endpoint came back: %v", err)
	}
}

func TestHuaweiReplacesAnAccessTokenThatEndedEarlyWithinTheSamePush(t *testing.T) {
	t.Parallel()
	c, fake, send := aheadOf(t)
	mustSend(t, send)
	c.move(2 * time.Minute)
	fake.ExpireBearers()
	mustSend(t, send)
	wantGrants(t, fake, 2)
}

func TestHuaweiDoesNotAskForAnAccessTokenForEachPushThatIsRefused(t *testing.T) {
	t.Parallel()
	c, fake, send := aheadOf(t)
	mustSend(t, send)
	for _, code := range []string{"80200003", "80200001"} {
		c.move(2 * time.Minute)
		fake.Standard(pushtest.Refuse(http.StatusUnauthorized, code))
		asked := fake.Grants()
		for range 5 {
			wantFailure(t, send(), pushgw.Failure{Kind: pushgw.Alarm, Reason: code})
		}
		wantGrants(t, fake, asked+1)
	}
	c.move(2 * time.Minute)
	fake.Standard(pushtest.Reaction{Status: http.StatusUnauthorized, Raw: "no code"})
	wantFailure(t, send(), pushgw.Failure{Kind: pushgw.Alarm, Reason: "Unauthorized"})
	fake.Standard(pushtest.Accept())
	mustSend(t, send)
	wantGrants(t, fake, 4)
}

func TestHuaweiTellsRefusedCredentialsFromATokenEndpointThatIsDown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reaction pushtest.Reaction
		want     pushgw.Failure
	}{
		"refused":             {pushtest.Refuse(http.StatusBadRequest, "invalid client"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "oauth-refused"}},
		"down":                {pushtest.Refuse(http.StatusServiceUnavailable, "unavailable"), pushgw.Failure{Kind: pushgw.Again, Reason: "oauth-unavailable"}},
		"down for a while":    {pushtest.Refuse(http.StatusServiceUnavailable, "").After("30"), pushgw.Failure{Kind: pushgw.Again, Reason: "oauth-unavailable", After: 30 * time.Second}},
		"asked too often":     {pushtest.Refuse(http.StatusTooManyRequests, "").After("9"), pushgw.Failure{Kind: pushgw.Again, Reason: "oauth-unavailable", After: 9 * time.Second}},
		"a cut connection":    {pushtest.Cut(), pushgw.Failure{Kind: pushgw.Again, Reason: "no-answer"}},
		"an empty acceptance": {pushtest.Refuse(http.StatusOK, ""), pushgw.Failure{Kind: pushgw.Again, Reason: "oauth-unreadable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := fakeHuawei(t)
			fake.StandardOAuth(c.reaction)
			wantFailure(t, openHuawei(t, fake, nil).Send(t.Context(), pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval)), c.want)
		})
	}
}

func TestHuaweiTakesNoAccessTokenThatCannotStandInAHeader(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(string) any{
		"a line break": func(token string) any {
			return map[string]any{"access_token": token + "\r\nX-Evil: 1", "expires_in": 3600}
		},
		"a space":  func(token string) any { return map[string]any{"access_token": token + " ", "expires_in": 3600} },
		"no ASCII": func(token string) any { return map[string]any{"access_token": "ключ", "expires_in": 3600} },
		"a number": func(token string) any { return map[string]any{"access_token": 4711, "expires_in": 3600} },
		"a large one": func(token string) any {
			return map[string]any{"access_token": strings.Repeat("x", 9<<10), "expires_in": 3600}
		},
		"a huge answer": func(token string) any { return map[string]any{"a": strings.Repeat("x", 1<<20), "access_token": token} },
		"a life of text": func(token string) any {
			return map[string]any{"access_token": token, "expires_in": "for ever"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := fakeHuawei(t)
			fake.AnswerOAuth(answer)
			token := fake.NewToken()
			err := openHuawei(t, fake, nil).Send(t.Context(), pushTo(huaweiAddress(token), approval.JobApproval))
			wantFailure(t, err, pushgw.Failure{Kind: pushgw.Again, Reason: "oauth-unreadable"})
			if n := fake.Attempts(token); n != 0 {
				t.Errorf("%d messages were sent with it", n)
			}
		})
	}
}

func TestHuaweiBelievesNoLifeThatWouldHaveItAskForEachPush(t *testing.T) {
	t.Parallel()
	for _, seconds := range []int64{0, -1, 1, 1 << 62} {
		fake := fakeHuawei(t)
		fake.AnswerOAuth(func(token string) any { return map[string]any{"access_token": token, "expires_in": seconds} })
		p := openHuawei(t, fake, nil)
		for range 3 {
			if err := p.Send(t.Context(), pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval)); err != nil {
				t.Fatal(err)
			}
		}
		wantGrants(t, fake, 1)
	}
}

func TestHuaweiFollowsNoRedirectWithItsSecretOrItsToken(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it went there") }))
	t.Cleanup(elsewhere.Close)
	for name, c := range map[string]struct {
		redirected string
		want       pushgw.Failure
	}{
		"token endpoint": {"/oauth2/v3/token", pushgw.Failure{Kind: pushgw.Alarm, Reason: "oauth-refused"}},
		"messages":       {"/v2/" + agcProject + "/messages:send", pushgw.Failure{Kind: pushgw.Alarm, Reason: "Temporary-Redirect"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == c.redirected {
					http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
					return
				}
				fmt.Fprint(w, `{"access_token":"good","expires_in":3600}`)
			}))
			t.Cleanup(server.Close)
			p := pushgw.NewHuawei(pushgw.HuaweiOptions{Project: agcProject, ClientID: "c", ClientSecret: "s", Endpoint: server.URL, Now: time.Now})
			t.Cleanup(func() { _ = p.Close() })
			wantFailure(t, p.Send(t.Context(), pushTo(huaweiAddress("x"), approval.JobApproval)), c.want)
		})
	}
}

// The fake's refusal repeats the secret, as error texts do.
func TestNoSecretOfHuaweisGetsIntoTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "embedded")
	forged := "not-the-secret-4711"
	w.providers[pushgw.RouteOf(huaweiAddress(""))] = openHuawei(t, w.huawei, func(o *pushgw.HuaweiOptions) { o.ClientSecret = forged })
	w.gateway(t, "a")
	w.ask(t, w.phones(t)[3])
	w.wantNothingLeft(t)
	log := w.log.String()
	if !strings.Contains(log, "oauth-refused") || strings.Contains(log, forged) || strings.Contains(log, pushtest.HuaweiClientID) || !strings.Contains(log, `"provider":"huawei"`) {
		t.Errorf("the log:\n%s", log)
	}
}
