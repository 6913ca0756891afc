package pushgw_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const project = "jawort-test"

func fakeFCM(t *testing.T) *pushtest.FCM {
	t.Helper()
	fake, err := pushtest.NewFCM(project, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = fake.Close() })
	return fake
}

func openFCM(t *testing.T, fake *pushtest.FCM, credentials []byte) *pushgw.FCM {
	t.Helper()
	p, err := pushgw.NewFCM(t.Context(), pushgw.FCMOptions{
		Project: project, Credentials: credentials, Endpoint: fake.Endpoint(), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func pushTo(a account.PushAddress, kind approval.JobKind) pushgw.Push {
	return pushgw.Push{
		Kind: kind, ID: "apr_3abc", Title: "Sign-in", Body: "Is this you?",
		Expires: time.Now().Add(2 * time.Minute), Address: a,
	}
}

func fcmAddress(token string) account.PushAddress {
	return account.PushAddress{Provider: account.FCM, App: project, Token: token}
}

func TestFCMWakesThePhoneWithAVisibleNotificationOfHighPriority(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	p := openFCM(t, fake, fake.ServiceAccountJSON())
	token := fake.NewToken()
	inbox := fake.Inbox(token)
	if err := p.Send(t.Context(), pushTo(fcmAddress(token), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
	got := <-inbox
	if got.Type != "approval" || got.ID != "apr_3abc" || got.Title != "Sign-in" || got.Body != "Is this you?" || got.App != project {
		t.Errorf("the phone got %+v", got)
	}
	m := androidOf(t, got)
	if m.Priority != "HIGH" || m.TTL != "120s" || m.CollapseKey != "" || m.Notification.Tag == "" {
		t.Errorf("android config: %+v", m)
	}
}

func TestFCMReplacesTheQuestionWhenItIsWithdrawn(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	p := openFCM(t, fake, fake.ServiceAccountJSON())
	token := fake.NewToken()
	inbox := fake.Inbox(token)
	for _, kind := range []approval.JobKind{approval.JobApproval, approval.JobWithdrawn} {
		if err := p.Send(t.Context(), pushTo(fcmAddress(token), kind)); err != nil {
			t.Fatal(err)
		}
	}
	asked, withdrawn := androidOf(t, <-inbox), androidOf(t, <-inbox)
	if withdrawn.Priority != "NORMAL" || withdrawn.Notification.Tag != asked.Notification.Tag {
		t.Errorf("asked with %+v, withdrawn with %+v", asked, withdrawn)
	}
}

type android struct {
	Priority     string
	TTL          string
	CollapseKey  string
	Notification struct{ Tag string }
}

func androidOf(t *testing.T, p pushtest.Push) android {
	t.Helper()
	var m struct{ Android android }
	if err := json.Unmarshal(p.Payload, &m); err != nil {
		t.Fatal(err)
	}
	return m.Android
}

func TestFCMReactions(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	proven := openFCM(t, fake, fake.ServiceAccountJSON())
	if err := proven.Send(t.Context(), pushTo(fcmAddress(fake.NewToken()), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		reaction pushtest.Reaction
		want     pushgw.Failure
	}{
		"UNREGISTERED: the token is gone": {
			pushtest.Refuse(404, "UNREGISTERED"), pushgw.Failure{Kind: pushgw.Gone, Reason: "UNREGISTERED"}},
		"INVALID_ARGUMENT of FCM after an accepted message: the token is gone": {
			pushtest.Refuse(400, "INVALID_ARGUMENT"), pushgw.Failure{Kind: pushgw.Gone, Reason: "INVALID_ARGUMENT"}},
		"INVALID_ARGUMENT without FCM's detail: our message is wrong, the token stays": {
			pushtest.Reaction{Status: 400, Raw: `{"error":{"code":400,"status":"INVALID_ARGUMENT"}}`}, pushgw.Failure{Kind: pushgw.Alarm, Reason: "INVALID_ARGUMENT"}},
		"INVALID_ARGUMENT that names another field: our message is wrong, the token stays": {
			pushtest.Reaction{Status: 400, Raw: `{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[
				{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"},
				{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.android.ttl"}]}]}}`},
			pushgw.Failure{Kind: pushgw.Alarm, Reason: "INVALID_ARGUMENT"}},
		"SENDER_ID_MISMATCH: alarm, the token stays": {
			pushtest.Refuse(403, "SENDER_ID_MISMATCH"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "SENDER_ID_MISMATCH"}},
		"THIRD_PARTY_AUTH_ERROR: alarm": {
			pushtest.Refuse(401, "THIRD_PARTY_AUTH_ERROR"), pushgw.Failure{Kind: pushgw.Alarm, Reason: "THIRD_PARTY_AUTH_ERROR"}},
		"429 with Retry-After: wait as long": {
			pushtest.Refuse(429, "QUOTA_EXCEEDED").After("7"), pushgw.Failure{Kind: pushgw.Throttled, Reason: "QUOTA_EXCEEDED", After: 7 * time.Second}},
		"429 without Retry-After: wait a minute": {
			pushtest.Refuse(429, "QUOTA_EXCEEDED"), pushgw.Failure{Kind: pushgw.Throttled, Reason: "QUOTA_EXCEEDED", After: time.Minute}},
		"503 with Retry-After: wait as long, outside the SDK": {
			pushtest.Refuse(503, "UNAVAILABLE").After("30"), pushgw.Failure{Kind: pushgw.Again, Reason: "UNAVAILABLE", After: 30 * time.Second}},
		"503 without Retry-After: back off": {
			pushtest.Refuse(503, "UNAVAILABLE"), pushgw.Failure{Kind: pushgw.Again, Reason: "UNAVAILABLE"}},
		"500: back off": {
			pushtest.Refuse(500, "INTERNAL"), pushgw.Failure{Kind: pushgw.Again, Reason: "INTERNAL"}},
		"an error page of something in between: back off": {
			pushtest.Reaction{Status: 502, Raw: "<html>Bad Gateway</html>"}, pushgw.Failure{Kind: pushgw.Again, Reason: "unreadable"}},
		"a cut connection: back off": {
			pushtest.Cut(), pushgw.Failure{Kind: pushgw.Again, Reason: "no-answer"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := fake.NewToken()
			fake.Script(token, c.reaction)
			err := proven.Send(t.Context(), pushTo(fcmAddress(token), approval.JobApproval))
			wantFailure(t, err, c.want)
			if n := fake.Attempts(token); n != 1 {
				t.Errorf("the SDK sent %d requests, want 1", n)
			}
		})
	}
}

func TestFCMKeepsATokenCalledInvalidBeforeAnyMessageWasAccepted(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	p := openFCM(t, fake, fake.ServiceAccountJSON())
	err := p.Send(t.Context(), pushTo(fcmAddress("never-issued"), approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Alarm, Reason: "INVALID_ARGUMENT"})

	if err := p.Send(t.Context(), pushTo(fcmAddress(fake.NewToken()), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
	err = p.Send(t.Context(), pushTo(fcmAddress("never-issued"), approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Gone, Reason: "INVALID_ARGUMENT"})
}

func TestFCMFindsAnUninstalledAppGone(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	p := openFCM(t, fake, fake.ServiceAccountJSON())
	token := fake.NewToken()
	fake.Uninstall(token)
	err := p.Send(t.Context(), pushTo(fcmAddress(token), approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Gone, Reason: "UNREGISTERED"})
}

func TestFCMSilenceEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	p := openFCM(t, fake, fake.ServiceAccountJSON())
	token := fake.NewToken()
	fake.Script(token, pushtest.Silent())
	err := p.Send(deadline(t, 500*time.Millisecond), pushTo(fcmAddress(token), approval.JobApproval))
	wantFailure(t, err, pushgw.Failure{Kind: pushgw.Again, Reason: "timeout"})
}

func TestFCMSlownessIsNoFailure(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	p := openFCM(t, fake, fake.ServiceAccountJSON())
	token := fake.NewToken()
	fake.Script(token, pushtest.Slow(200*time.Millisecond))
	if err := p.Send(t.Context(), pushTo(fcmAddress(token), approval.JobApproval)); err != nil {
		t.Fatal(err)
	}
}

func TestFCMTellsRefusedCredentialsFromATokenEndpointThatIsDown(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	forged, err := fake.ForgedServiceAccountJSON()
	if err != nil {
		t.Fatal(err)
	}
	push := pushTo(fcmAddress(fake.NewToken()), approval.JobApproval)
	wantFailure(t, openFCM(t, fake, forged).Send(t.Context(), push), pushgw.Failure{Kind: pushgw.Alarm, Reason: "oauth-refused"})

	p := openFCM(t, fake, fake.ServiceAccountJSON())
	fake.StandardOAuth(pushtest.Refuse(http.StatusServiceUnavailable, "unavailable"))
	wantFailure(t, p.Send(t.Context(), push), pushgw.Failure{Kind: pushgw.Again, Reason: "oauth-unavailable"})
	fake.StandardOAuth(pushtest.Cut())
	wantFailure(t, p.Send(t.Context(), push), pushgw.Failure{Kind: pushgw.Again, Reason: "no-answer"})
	fake.StandardOAuth(pushtest.Silent())
	wantFailure(t, p.Send(deadline(t, 300*time.Millisecond), push), pushgw.Failure{Kind: pushgw.Again, Reason: "timeout"})
	fake.StandardOAuth(pushtest.Accept())
	if err := p.Send(t.Context(), push); err != nil {
		t.Errorf("after the token endpoint came back: %v", err)
	}
}

func TestFCMRefusedAccessTokenIsAnAlarm(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	p := openFCM(t, fake, fake.ServiceAccountJSON())
	push := pushTo(fcmAddress(fake.NewToken()), approval.JobApproval)
	if err := p.Send(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	fake.ExpireBearers()
	wantFailure(t, p.Send(t.Context(), push), pushgw.Failure{Kind: pushgw.Alarm, Reason: "UNAUTHENTICATED"})
}

func TestFCMWithoutAServerIsRetriedLater(t *testing.T) {
	t.Parallel()
	fake := fakeFCM(t)
	p := openFCM(t, fake, fake.ServiceAccountJSON())
	push := pushTo(fcmAddress(fake.NewToken()), approval.JobApproval)
	if err := p.Send(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	if err := fake.Close(); err != nil {
		t.Fatal(err)
	}
	if f := failureIn(t, p.Send(t.Context(), push)); f.Kind != pushgw.Again {
		t.Errorf("got %+v", f)
	}
}
