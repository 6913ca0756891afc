package server_test

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
)

func TestAccountsAreKeptByTheirLoginNumber(t *testing.T) {
	t.Parallel()
	i := newWorld(t).serve()
	for _, externalID := range []string{"4711", "a/b?c", "Zoë 100%", ".."} {
		path := "/v1/accounts/" + strings.ReplaceAll(url.PathEscape(externalID), "..", "%2E%2E")
		made := i.call("PUT", path, `{}`).want(201, "")
		if made.text("account") != externalID || made.text("label") != externalID || made.text("created_at") == "" {
			t.Errorf("made %s", made.raw)
		}
		if a := i.call("PUT", path, `{"label":"Desk 1"}`).want(200, ""); a.text("label") != "Desk 1" {
			t.Errorf("renamed %s", a.raw)
		}
		if a := i.call("PUT", path, `{}`).want(200, ""); a.text("label") != "Desk 1" {
			t.Errorf("a PUT without a label changed it: %s", a.raw)
		}
		if a := i.call("GET", path, nil).want(200, ""); a.text("account") != externalID {
			t.Errorf("got %s", a.raw)
		}
		i.call("DELETE", path, nil).want(204, "")
		i.call("DELETE", path, nil).want(404, "unknown-account")
		i.call("GET", path, nil).want(404, "unknown-account")
	}
}

func TestWhatCannotBeAnAccountIsRefused(t *testing.T) {
	t.Parallel()
	i := newWorld(t).serve()
	for name, c := range map[string]struct {
		path string
		body any
	}{
		"too long a number": {strings.Repeat("4", 129), `{}`},
		"a control":         {"47%0A11", `{}`},
		"a wrong label":     {"4711", `{"label":7}`},
		"an empty label":    {"4711", `{"label":""}`},
		"a deceiving label": {"4711", `{"label":"a\u202eb"}`},
		"an unknown field":  {"4711", `{"grup":"broker"}`},
	} {
		if a := i.call("PUT", "/v1/accounts/"+c.path, c.body); a.status != 422 {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	i.call("GET", "/v1/accounts/4711", nil).want(404, "unknown-account")
	for _, query := range []string{"limit=0", "limit=1001", "limit=many", "prefix=%00", "after=%ff"} {
		i.call("GET", "/v1/accounts?"+query, nil).want(422, "invalid-request")
	}
}

func TestTheDirectoryIsReadInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	for _, externalID := range []string{"b1", "b3", "b2", "c1", "a1"} {
		w.addAccount(w.app, externalID)
	}
	w.addAccount(w.addApplication(w.addTenant("Another house"), 2), "b9")
	var seen []string
	next := ""
	for {
		a := i.call("GET", "/v1/accounts?prefix=b&limit=2&after="+next, nil).want(200, "")
		for _, one := range a.body["accounts"].([]any) {
			seen = append(seen, one.(map[string]any)["account"].(string))
		}
		if next = a.text("next"); next == "" {
			break
		}
	}
	if strings.Join(seen, " ") != "b1 b2 b3" {
		t.Errorf("pages %v", seen)
	}
	if a := i.call("GET", "/v1/accounts?prefix=nobody", nil).want(200, ""); string(a.raw) != "{\"accounts\":[]}\n" {
		t.Errorf("no accounts %s", a.raw)
	}
}

func TestDevicesAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	p := w.addPhone(w.app, "4711", "Ada's phone")
	a := i.call("GET", "/v1/accounts/4711/devices", nil).want(200, "")
	list := a.body["devices"].([]any)
	if len(list) != 1 {
		t.Fatalf("devices %s", a.raw)
	}
	one := i.call("GET", "/v1/accounts/4711/devices/"+p.device, nil).want(200, "")
	if one.text("id") != p.device || one.text("label") != "Ada's phone" || one.text("platform") != "android" || one.text("os_version") != "14" ||
		one.text("model") != "Fairphone" || one.text("status") != "active" || one.body["pushable"] != true || one.text("last_used_at") != "" {
		t.Errorf("device %s", one.raw)
	}
	i.call("DELETE", "/v1/accounts/4711/devices/"+p.device, nil).want(204, "")
	i.call("GET", "/v1/accounts/4711/devices/"+p.device, nil).want(404, "unknown-device")
	i.call("DELETE", "/v1/accounts/4711/devices/dev_unknown", nil).want(404, "unknown-device")
	i.call("GET", "/v1/accounts/0815/devices", nil).want(404, "unknown-account")
	i.wantFirstLogin("4711")
}

// enrolling is a phone on its way: it knows the link only.
func (i *instance) claim(e answer) (thumbprint string) {
	_, code, _ := strings.Cut(e.text("link"), "#")
	thumbprint = i.newID("thumb_")
	_, err := i.lasting.ClaimEnrolment(i.Context(), account.HashCode(code), thumbprint)
	i.must(err)
	i.must(i.live.Wake(i.Context(), e.text("id")))
	return thumbprint
}

func (i *instance) complete(e answer, thumbprint string) (digits string) {
	_, err := i.lasting.CompleteEnrolment(i.Context(), i.completion(e.text("id"), thumbprint, "Ada's phone"))
	i.must(err)
	i.must(i.live.Wake(i.Context(), e.text("id")))
	mac, err := i.keys.MAC("jawort enrolment digits", []byte(e.text("id")))
	i.must(err)
	return account.ConfirmationDigits(mac)
}

func TestAPhoneIsEnrolledByLinkAndConfirmedBySixDigits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addAccount(w.app, "4711")
	e := i.call("POST", "/v1/enrolments", `{"account":"4711"}`).want(201, "")
	path := "/v1/enrolments/" + e.text("id")
	if !strings.HasPrefix(e.text("link"), "https://phone.example/enrol#") || e.text("status") != "open" || e.text("account") != "4711" || e.text("expires_at") == "" {
		t.Fatalf("enrolment %s", e.raw)
	}
	encoded, ok := strings.CutPrefix(e.text("qr"), "data:image/png;base64,")
	picture, err := base64.StdEncoding.DecodeString(encoded)
	if img, err2 := png.Decode(bytes.NewReader(picture)); !ok || err != nil || err2 != nil || img.Bounds().Dx() < 200 || img.Bounds().Dx() != img.Bounds().Dy() {
		t.Fatalf("qr code %v %v", err, err2)
	}
	i.call("POST", path+"/confirm", `{"code":"000000"}`).want(409, "not-completed")
	thumbprint := i.claim(e)
	if a := i.call("GET", path, nil).want(200, ""); a.text("status") != "claimed" || a.text("link") != "" || a.body["device"] != nil {
		t.Fatalf("claimed %s", a.raw)
	}
	polled := make(chan answer)
	go func() {
		a, err := i.try("GET", path+"?wait=60", nil)
		if err != nil {
			a = answer{}
		}
		polled <- a
	}()
	i.ticks.awaited(4 * time.Second)
	digits := i.complete(e, thumbprint)
	if a := <-polled; a.text("status") != "completed" || a.text("device", "label") != "Ada's phone" || a.text("device", "platform") != "android" {
		t.Fatalf("completed %s", a.raw)
	}
	w.addAccount(w.app, "4711")
	i.wantFirstLogin("4711") // not active yet
	wrong := i.call("POST", path+"/confirm", map[string]string{"code": another(digits)}).want(422, "wrong-digits")
	if wrong.body["attempts_left"] != 2.0 {
		t.Fatalf("wrong digits %s", wrong.raw)
	}
	for range 2 {
		if a := i.call("POST", path+"/confirm", map[string]string{"code": digits}).want(200, ""); a.text("status") != "confirmed" || a.text("device", "id") == "" {
			t.Fatalf("confirmed %s", a.raw)
		}
	}
	i.call("POST", "/v1/approvals", ask("4711")).want(201, "")
}

func TestThreeWrongDigitsEndAnEnrolment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addAccount(w.app, "4711")
	e := i.call("POST", "/v1/enrolments", `{"account":"4711"}`).want(201, "")
	digits := i.complete(e, i.claim(e))
	path := "/v1/enrolments/" + e.text("id") + "/confirm"
	for name, body := range map[string]string{
		"too short": `{"code":"12345"}`, "letters": `{"code":"12345a"}`, "a number": `{"code":123456}`, "other digits": `{"code":"１２３４５６"}`, "nothing": `{}`,
	} {
		if a := i.call("POST", path, body); a.status != 422 || a.text("field") != "code" {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	for range 3 {
		i.call("POST", path, map[string]string{"code": another(digits)}).want(422, "wrong-digits")
	}
	i.call("POST", path, map[string]string{"code": digits}).want(410, "enrolment-ended")
	i.wantFirstLogin("4711")
}

func TestAnEnrolmentNeedsAnAccount(t *testing.T) {
	t.Parallel()
	i := newWorld(t).serve()
	i.call("POST", "/v1/enrolments", `{"account":"4711"}`).want(404, "unknown-account")
	i.call("POST", "/v1/enrolments", `{"account":""}`).want(422, "invalid-request")
	i.call("POST", "/v1/enrolments", `{"account":"4711","label":"x"}`).want(422, "invalid-request")
}

// another returns six digits that are not these.
func another(digits string) string {
	first := "1"
	if digits[0] == '1' {
		first = "2"
	}
	return first + digits[1:]
}
