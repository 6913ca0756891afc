package mobileapi_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestAPhoneEnrolsAndIsActiveOnceItsDigitsAreConfirmed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a, p := b.account("4711"), b.phone("Ada's phone")
	e, code := b.link(a)
	woken, cancel := b.wakeups.Subscribe(e.ID)
	defer cancel()

	claimed := p.claim(code).ok(t)
	done := p.complete(p.completion(claimed)).ok(t)
	select {
	case <-woken:
	case <-time.After(10 * time.Second):
		t.Error("nobody was woken for the enrolment")
	}
	mac := must(b.keys.MAC("jawort enrolment digits", []byte(e.ID)))(t)
	if got, want := done.body["confirm"], account.ConfirmationDigits(mac); got != want || !regexp.MustCompile(`^[0-9]{6}$`).MatchString(want) {
		t.Errorf("confirm %v, want %s", got, want)
	}
	if done.body["device"] != e.Device {
		t.Errorf("device %v, want the reserved one %s", done.body["device"], e.Device)
	}
	p.token, _ = done.body["token"].(string)
	if got := p.statuses()[e.Device]; got != "unconfirmed" {
		t.Errorf("before the digits the device is %s", got)
	}
	_, _, err := b.lasting.ConfirmEnrolment(t.Context(), b.tenant.ID, e.ID, true, outbox.Actor{})
	b.check(err)
	if got := p.statuses()[e.Device]; got != "active" {
		t.Errorf("after the digits the device is %s", got)
	}
}

// statuses are those of the phone's devices, as it sees them.
func (p *phone) statuses() map[string]string {
	p.b.t.Helper()
	list := p.call("GET", "/v1/devices", nil).ok(p.b.t)
	var answer struct {
		Devices []struct{ ID, Status string }
	}
	p.b.check(json.Unmarshal(list.raw, &answer))
	statuses := map[string]string{}
	for _, d := range answer.Devices {
		statuses[d.ID] = d.Status
	}
	return statuses
}

func TestTheOptionsOfAClaimAreThoseOfWebAuthn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	e, code := b.link(b.account("4711"))
	claimed := b.phone("x").claim(code).ok(t)
	var got any
	b.check(json.Unmarshal(must(json.Marshal(claimed.body["publicKey"]))(t), &got))
	want := map[string]any{
		"rp":        map[string]any{"id": rpID, "name": "Jawort"},
		"user":      map[string]any{"id": b64([]byte(e.Device)), "name": "Account 4711", "displayName": "Account 4711"},
		"challenge": b64(e.Challenge),
		"pubKeyCredParams": []any{
			map[string]any{"type": "public-key", "alg": -7.0},
		},
		"excludeCredentials":     []any{},
		"authenticatorSelection": map[string]any{"userVerification": "required", "residentKey": "preferred"},
		"attestation":            "none",
	}
	if g, w := must(json.Marshal(got))(t), must(json.Marshal(want))(t); string(g) != string(w) {
		t.Errorf("got  %s\nwant %s", g, w)
	}
	tenant, _ := claimed.body["tenant"].(map[string]any)
	requirements, _ := claimed.body["requirements"].(map[string]any)
	push, _ := claimed.body["web_push"].(map[string]any)
	if tenant["name"] != "Example Bank" || requirements["screen_lock"] != true || push["application_server_key"] != "BPublicKey" {
		t.Errorf("got %s", claimed.raw)
	}
}

func TestClaimAndCompleteAnswerTheSameWhenRepeatedByTheSameKey(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x")
	_, code := b.link(b.account("4711"))
	claimed := p.claim(code).ok(t)
	if again := p.claim(code).ok(t); string(again.raw) != string(claimed.raw) {
		t.Errorf("claimed %s, then %s", claimed.raw, again.raw)
	}
	body := p.completion(claimed)
	done := p.complete(body).ok(t)
	if again := p.complete(body).ok(t); string(again.raw) != string(done.raw) {
		t.Errorf("completed %s, then %s", done.raw, again.raw)
	}
	p.token, _ = done.body["token"].(string)
	if n := len(p.statuses()); n != 1 {
		t.Errorf("%d devices after a repeated complete", n)
	}
}

func TestASecondPhoneOnTheSameLinkIsRefusedLikeAWrongCode(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first, second := b.phone("first"), b.phone("second")
	_, code := b.link(b.account("4711"))
	wrong := second.claim("AAAAAAAAAAAAAAAAAAAAAA").want(t, http.StatusNotFound, "unknown-enrolment").uniform(t)

	claimed := first.claim(code).ok(t)
	if got := second.claim(code).uniform(t); got != wrong {
		t.Errorf("a claimed code: %s\na wrong code: %s", got, wrong)
	}
	if got := second.complete(second.completion(claimed)).uniform(t); got != wrong {
		t.Errorf("completing a stranger's enrolment: %s", got)
	}
	first.complete(first.completion(claimed)).ok(t)
	if got := second.claim(code).uniform(t); got != wrong {
		t.Errorf("a used code: %s", got)
	}
}

func TestALinkEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x")
	_, open := b.link(b.account("4711"))
	_, code := b.link(b.account("4712"))
	body := p.completion(p.claim(code).ok(t))
	b.later(account.EnrolmentLife + time.Second)
	p.claim(open).want(t, http.StatusNotFound, "unknown-enrolment")
	if got := p.complete(body); got.status < 400 || got.status >= 500 {
		t.Errorf("got %d %s", got.status, got.raw)
	}
}

func TestAnotherCredentialCannotReplaceTheCompletedOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x")
	_, code := b.link(b.account("4711"))
	claimed := p.claim(code).ok(t)
	p.complete(p.completion(claimed)).ok(t)
	if got := p.complete(p.completion(claimed)); got.status < 400 || got.status >= 500 {
		t.Errorf("got %d %s", got.status, got.raw)
	}
}

func TestAPhoneThatIsNotFitLearnsAllThatItLacks(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x")
	_, code := b.link(b.account("4711"))
	body := p.completion(p.claim(code).ok(t))
	posture, _ := body["installation"].(map[string]any)
	for _, step := range []struct {
		change map[string]any
		code   string
		lacks  []any
	}{
		{map[string]any{"os_version": "6.0.1", "screen_lock": false, "notifications": false}, "os-too-old", []any{"os-too-old", "screen-lock-required", "notifications-off"}},
		{map[string]any{"os_version": "7.0"}, "screen-lock-required", []any{"screen-lock-required", "notifications-off"}},
		{map[string]any{"screen_lock": true}, "notifications-off", []any{"notifications-off"}},
		{map[string]any{"notifications": true, "platform": "ios", "os_version": "15.3.9"}, "os-too-old", []any{"os-too-old"}},
	} {
		for k, v := range step.change {
			posture[k] = v
		}
		got := p.complete(body).want(t, http.StatusUnprocessableEntity, step.code)
		if lacks, _ := got.body["lacks"].([]any); !slices.Equal(lacks, step.lacks) {
			t.Errorf("lacks %v, want %v", lacks, step.lacks)
		}
	}
	posture["os_version"] = "15.4"
	p.complete(body).ok(t) // nothing was spent by the refusals
}

func TestOnlyACredentialForThisEnrolmentIsRegistered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	enrolled, p := b.phone("enrolled").enrol(a), b.phone("x")
	_, code := b.link(a)
	_, otherCode := b.link(a)
	claimed, other := p.claim(code).ok(t), p.claim(otherCode).ok(t)
	body := p.completion(claimed)
	good, own := body["credential"], p.credential

	noUV := virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserNotVerified: true})
	evil := virtualwebauthn.RelyingParty{ID: rpID, Origin: "https://evil.example"}
	wrongRP := virtualwebauthn.RelyingParty{ID: "evil.example", Origin: origin}
	for name, credential := range map[string]any{
		"another enrolment's challenge": p.attest(other, party(), virtualwebauthn.NewAuthenticator()),
		"another origin":                p.attest(claimed, evil, virtualwebauthn.NewAuthenticator()),
		"another relying party":         p.attest(claimed, wrongRP, virtualwebauthn.NewAuthenticator()),
		"no user verification":          p.attest(claimed, party(), noUV),
		"an object that is none":        map[string]any{"id": "x"},
		"a text":                        "x",
		"nothing":                       nil,
	} {
		body["credential"] = credential
		if got := p.complete(body); got.status != http.StatusUnprocessableEntity || got.body["field"] != "credential" {
			t.Errorf("%s: got %d %s", name, got.status, got.raw)
		}
	}
	p.credential = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeRSA)
	body["credential"] = p.attest(claimed, party(), virtualwebauthn.NewAuthenticator())
	p.complete(body).want(t, http.StatusUnprocessableEntity, "invalid-request")
	p.credential = newCredential()
	p.credential.ID = enrolled.credential.ID
	body["credential"] = p.attest(claimed, party(), virtualwebauthn.NewAuthenticator())
	if got := p.complete(body); got.status < 400 || got.status >= 500 {
		t.Errorf("somebody else's credential id: got %d %s", got.status, got.raw)
	}
	p.credential.ID = []byte(strings.Repeat("x", 1024))
	body["credential"] = p.attest(claimed, party(), virtualwebauthn.NewAuthenticator())
	p.complete(body).want(t, http.StatusUnprocessableEntity, "invalid-request")

	p.credential = own
	body["credential"] = good
	p.complete(body).ok(t)
}

func TestWhatCannotBeStoredOrShownIsRefusedByName(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x")
	_, code := b.link(b.account("4711"))
	claimed := p.claim(code).ok(t)
	for _, bad := range []struct {
		field string
		bend  func(body, installation, push map[string]any)
	}{
		{"holder", func(b, _, _ map[string]any) { b["holder"] = "" }},
		{"holder", func(b, _, _ map[string]any) { b["holder"] = 5 }},
		{"holder", func(b, _, _ map[string]any) { b["holder"] = "Ada\u202eLovelace" }},
		{"label", func(b, _, _ map[string]any) { b["label"] = strings.Repeat("x", 257) }},
		{"label", func(b, _, _ map[string]any) { b["label"] = "a\nb" }},
		{"label", func(b, _, _ map[string]any) { delete(b, "label") }},
		{"installation", func(b, _, _ map[string]any) { b["installation"] = "android" }},
		{"installation.platform", func(_, i, _ map[string]any) { i["platform"] = "symbian" }},
		{"installation.os_version", func(_, i, _ map[string]any) { i["os_version"] = "newest" }},
		{"installation.screen_lock", func(_, i, _ map[string]any) { i["screen_lock"] = "yes" }},
		{"push.provider", func(_, _, p map[string]any) { p["provider"] = "pigeon" }},
		{"push.token", func(_, _, p map[string]any) { p["token"] = "" }},
		{"push.subscription", func(_, _, p map[string]any) { p["provider"] = "webpush" }},
		{"enrolment", func(b, _, _ map[string]any) { b["enrolment"] = []string{"x"} }},
	} {
		body := p.completion(claimed)
		installation, _ := body["installation"].(map[string]any)
		push, _ := body["push"].(map[string]any)
		bad.bend(body, installation, push)
		if got := p.complete(body); got.status != http.StatusUnprocessableEntity || got.body["field"] != bad.field {
			t.Errorf("%s: got %d %s", bad.field, got.status, got.raw)
		}
	}
}

func TestUnknownFieldsOfANewerAppAreIgnored(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x")
	_, code := b.link(b.account("4711"))
	body := p.completion(p.claim(code).ok(t))
	body["code"] = "123456"
	body["mood"] = map[string]any{"good": true}
	p.complete(body).ok(t)
}

func TestAPhoneWithoutPushIsEnrolledAndAsksByItself(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x")
	_, code := b.link(b.account("4711"))
	body := p.completion(p.claim(code).ok(t))
	delete(body, "push")
	p.complete(body).ok(t)
}

func TestOnePhoneCarriesAccountsOfSeveralPeopleUnderOneToken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.phone("x").enrol(b.account("4711"))
	first := p.token
	p.enrol(b.account("4712"))
	if p.token != first {
		t.Error("the second enrolment gave another token")
	}
	if n := len(p.statuses()); n != 2 {
		t.Errorf("%d devices, want 2", n)
	}
}

func TestThePushAddressIsSealedAtRest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := b.account("4711")
	b.phone("x").enrol(a)
	audience := must(b.lasting.Audience(t.Context(), b.tenant.ID, a.ExternalID, lasting.Approach{}))(t)
	if len(audience.Recipients) != 1 {
		t.Fatalf("%d recipients", len(audience.Recipients))
	}
	sealed := audience.Recipients[0].Address
	if strings.Contains(string(sealed), "push-token") {
		t.Error("the address lies open")
	}
	var address account.PushAddress
	b.check(json.Unmarshal(must(b.keys.Open(sealed, "jawort push address"))(t), &address))
	if address.Provider != account.FCM || !strings.HasPrefix(address.Token, "push-token") {
		t.Errorf("got %+v", address.Provider)
	}
}
