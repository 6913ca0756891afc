package pushgw_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const agcProject = "388421841221765522"

func fakeHuawei(t *testing.T) *pushtest.Huawei {
	t.Helper()
	return fakeHuaweiAt(t, time.Now)
}

func fakeHuaweiAt(t *testing.T, now func() time.Time) *pushtest.Huawei {
	t.Helper()
	fake, err := pushtest.NewHuawei(agcProject, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fake.Close() })
	return fake
}

func openHuawei(t *testing.T, fake *pushtest.Huawei, change func(*pushgw.HuaweiOptions)) *pushgw.Huawei {
	t.Helper()
	o := pushgw.HuaweiOptions{
		Project: agcProject, ClientID: pushtest.HuaweiClientID, ClientSecret: fake.ClientSecret(), Endpoint: fake.Endpoint(), Now: time.Now,
	}
	if change != nil {
		change(&o)
	}
	p := pushgw.NewHuawei(o)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// provenHuawei is a provider that the service took a message of.
func provenHuawei(t *testing.T, fake *pushtest.Huawei) *pushgw.Huawei {
	t.Helper()
	p := openHuawei(t, fake, nil)
	if err := p.Send(t.Context(), pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
	return p
}

func huaweiAddress(token string) account.PushAddress {
	return account.PushAddress{Provider: account.Huawei, App: agcProject, Token: token}
}

type harmony struct {
	CollapseKey  int `json:"collapse_key"`
	Category     string
	TTL          string
	Notification struct{ Tag, Importance string }
}

func harmonyOf(t *testing.T, p pushtest.Push) harmony {
	t.Helper()
	var m struct{ Android harmony }
	if err := json.Unmarshal(p.Payload, &m); err != nil {
		t.Fatal(err)
	}
	return m.Android
}

func TestHuaweiShowsANotificationThatEndsWithTheApproval(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	p := openHuawei(t, fake, func(o *pushgw.HuaweiOptions) { o.Category = "ACCOUNT" })
	token := fake.NewToken()
	inbox := fake.Inbox(token)
	if err := p.Send(t.Context(), pushTo(huaweiAddress(token), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
	got := <-inbox
	if got.Type != "approval" || got.ID != "apr_3abc" || got.Title != "Sign-in" || got.Body != "Is this you?" || got.App != agcProject {
		t.Errorf("the phone got %+v", got)
	}
	a := harmonyOf(t, got)
	if a.TTL != "120s" || a.CollapseKey != -1 || a.Category != "ACCOUNT" || a.Notification.Importance != "NORMAL" || a.Notification.Tag == "" {
		t.Errorf("android config: %+v", a)
	}
}

func TestHuaweiReplacesTheQuestionSilentlyWhenItIsWithdrawn(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	p := openHuawei(t, fake, nil)
	token := fake.NewToken()
	inbox := fake.Inbox(token)
	for _, kind := range []approval.JobKind{approval.JobApproval, approval.JobWithdrawn} {
		if err := p.Send(t.Context(), pushTo(huaweiAddress(token), kind)); err != nil {
			t.Fatal(err)
		}
	}
	asked, withdrawn := harmonyOf(t, <-inbox), harmonyOf(t, <-inbox)
	if withdrawn.Notification.Importance != "LOW" || withdrawn.Notification.Tag != asked.Notification.Tag {
		t.Errorf("asked with %+v, withdrawn with %+v", asked, withdrawn)
	}
}

func TestHuaweiReactions(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	proven := provenHuawei(t, fake)
	for name, c := range map[string]struct {
		reaction pushtest.Reaction
		want     pushgw.Failure
	}{
		"all tokens invalid after an accepted message: the token is gone": {
			pushtest.Refuse(200, "80300007"), pushgw.Failure{Kind: pushgw.Gone, Reason: "80300007"}},
		"all tokens invalid with another status: the token is gone": {
			pushtest.Refuse(400, "80300007"), pushgw.Failure{Kind: pushgw.Gone, Reason: "80300007"}},
		"partly accepted, and our token named: the token is gone": {
			pushtest.Refuse(200, "80100000"), pushgw.Failure{Kind: pushgw.Gone, Reason: "80100000"}},
		"partly accepted, and others' tokens named: the token stays": {
			pushtest.Reaction{Status: 200, Raw: `{"code":"80100000","msg":"{\"success\":0,\"failure\":1,\"illegal_tokens\":[\"another\"]}"}`},
			pushgw.Failure{Kind: pushgw.Refused, Reason: "80100000"}},
		"partly accepted, and nothing readable said: the token stays": {
			pushtest.Reaction{Status: 200, Raw: `{"code":"80100000","msg":"Check Parameter Partial Success"}`}, pushgw.Failure{Kind: pushgw.Refused, Reason: "80100000"}},
		"wrong parameters: our message is wrong, the token stays": {
			pushtest.Refuse(400, "80100001"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "80100001"}},
		"wrong structure in an answer of status 200: the same": {
			pushtest.Refuse(200, "80100003"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "80100003"}},
		"no right to send: alarm": {
			pushtest.Refuse(200, "80300002"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "80300002"}},
		"too large: alarm": {
			pushtest.Refuse(400, "80300008"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "80300008"}},
		"a code that is newer than we: alarm": {
			pushtest.Refuse(200, "80399999"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "80399999"}},
		"traffic control with Retry-After: wait as long": {
			pushtest.Refuse(503, "").After("7"), pushgw.Failure{Kind: pushgw.Throttled, Reason: "Service-Unavailable", After: 7 * time.Second}},
		"traffic control without Retry-After: back off": {
			pushtest.Reaction{Status: 503, Raw: "busy"}, pushgw.Failure{Kind: pushgw.Throttled, Reason: "Service-Unavailable"}},
		"too many requests: the same": {
			pushtest.Refuse(429, "").After("9"), pushgw.Failure{Kind: pushgw.Throttled, Reason: "Too-Many-Requests", After: 9 * time.Second}},
		"an inner error in an answer of status 200: back off": {
			pushtest.Refuse(200, "81000001"), pushgw.Failure{Kind: pushgw.Again, Reason: "81000001"}},
		"the service cannot ask its own token endpoint: back off": {
			pushtest.Refuse(200, "80600003"), pushgw.Failure{Kind: pushgw.Again, Reason: "80600003"}},
		"500: back off": {
			pushtest.Refuse(500, "81000001"), pushgw.Failure{Kind: pushgw.Again, Reason: "81000001"}},
		"an error page of something in between: back off": {
			pushtest.Reaction{Status: 502, Raw: "<html>Bad Gateway</html>"}, pushgw.Failure{Kind: pushgw.Again, Reason: "Bad-Gateway"}},
		"a page of something in between that calls itself a success: back off": {
			pushtest.Reaction{Status: 200, Raw: "<html>Welcome to our hotel</html>"}, pushgw.Failure{Kind: pushgw.Again, Reason: "unreadable"}},
		"success in an answer that is none: back off": {
			pushtest.Refuse(502, "80000000"), pushgw.Failure{Kind: pushgw.Again, Reason: "80000000"}},
		"an answer without end: back off": {
			pushtest.Reaction{Status: 200, Raw: `{"msg":"` + strings.Repeat("x", 1<<20) + `","code":"80300007"}`}, pushgw.Failure{Kind: pushgw.Again, Reason: "unreadable"}},
		"a code that is no code is not repeated": {
			pushtest.Refuse(200, "8 <script>"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "unreadable"}},
		"a cut connection: back off": {
			pushtest.Cut(), pushgw.Failure{Kind: pushgw.Again, Reason: "no-answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := fake.NewToken()
			fake.Script(token, c.reaction)
			wantFailure(t, proven.Send(t.Context(), pushTo(huaweiAddress(token), approval.JobApproval)), c.want)
			if n := fake.Attempts(token); n != 1 {
				t.Errorf("%d requests were sent, want 1", n)
			}
		})
	}
}

func TestHuaweiKeepsATokenCalledInvalidBeforeAnyMessageWasAccepted(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	p := openHuawei(t, fake, nil)
	gone := pushTo(huaweiAddress("never-issued"), approval.JobApproval)
	wantFailure(t, p.Send(t.Context(), gone), pushgw.Failure{Kind: pushgw.Alarm, Reason: "80300007"})
	if err := p.Send(t.Context(), pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
	wantFailure(t, p.Send(t.Context(), gone), pushgw.Failure{Kind: pushgw.Gone, Reason: "80300007"})
}

func TestHuaweiFindsAnUninstalledAppGone(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	p := provenHuawei(t, fake)
	token := fake.NewToken()
	fake.Uninstall(token)
	wantFailure(t, p.Send(t.Context(), pushTo(huaweiAddress(token), approval.JobApproval)), pushgw.Failure{Kind: pushgw.Gone, Reason: "80300007"})
}

func TestHuaweiSilenceEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	p := provenHuawei(t, fake)
	token := fake.NewToken()
	fake.Script(token, pushtest.Silent())
	err := p.Send(deadline(t, 500*time.Millisecond), pushTo(huaweiAddress(token), approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Again, Reason: "timeout"})
}

func TestHuaweiSlownessIsNoFailure(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	p := openHuawei(t, fake, nil)
	token := fake.NewToken()
	fake.Script(token, pushtest.Slow(200*time.Millisecond))
	if err := p.Send(t.Context(), pushTo(huaweiAddress(token), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
}

func TestHuaweiOfAnotherProjectIsAnAlarm(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	p := openHuawei(t, fake, func(o *pushgw.HuaweiOptions) { o.Project = "4711/../" + agcProject })
	err := p.Send(t.Context(), pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Alarm, Reason: "80300002"})
}

func TestHuaweiWithoutAServerIsRetriedLater(t *testing.T) {
	t.Parallel()
	fake := fakeHuawei(t)
	p := provenHuawei(t, fake)
	push := pushTo(huaweiAddress(fake.NewToken()), approval.JobApproval)
	if err := fake.Close(); err != nil {
		t.Fatal(err)
	}
	if f := failureIn(t, p.Send(t.Context(), push)); f.Kind != pushgw.Again {
		t.Errorf("got %+v", f)
	}
}
