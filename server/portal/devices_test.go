package portal_test

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// actor is who did what last happened of a kind.
func (h *house) actor(kind string) string {
	h.Helper()
	return h.one(`SELECT actor_kind FROM outbox WHERE kind = $1 ORDER BY id DESC LIMIT 1`, kind)
}

// wantStep fails the test unless the login service is told that the question of this page is about a step.
func (h *house) wantStep(confirm, step string) {
	h.Helper()
	a, err := h.client.Approval(h.Context(), path.Base(confirm))
	h.must(err)
	if a.Step != step {
		h.Errorf("the login service is told of the step %q", a.Step)
	}
}

func TestADeviceIsRenamedByItsAccount(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	b, at := h.in(), "/portal/devices/"+h.device("Anna")
	b.get(at).want(http.StatusOK).says(`value="Anna's phone"`)
	b.post(at, url.Values{"label": {""}, "holder": {"Anna"}}).want(http.StatusUnprocessableEntity).says("Please fill in all fields")
	b.post(at, url.Values{"label": {"a\u202eb"}, "holder": {"Anna"}}).want(http.StatusUnprocessableEntity)
	done := b.post(at, url.Values{"label": {"Pixel"}, "holder": {"Anna Muster"}}).want(http.StatusSeeOther)
	b.get(done.to()).want(http.StatusOK).says("The name is changed.", "Pixel", "Anna Muster")
	if got := h.actor("device.renamed"); got != "person" {
		t.Errorf("it was renamed by %q", got)
	}
}

func TestADeviceIsRemovedOnceItsRemovalIsConfirmed(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	h.phone("Bert")
	b, at := h.in(), "/portal/devices/"+h.device("Bert")+"/remove"
	b.get(at).want(http.StatusOK).says("It is not asked any more", "Bert's phone").silent("nothing left")
	confirm := b.post(at, nil).want(http.StatusSeeOther).to()
	asked := b.get(confirm).want(http.StatusOK).says("Remove a phone", "jawort-wait")
	h.wantStep(confirm, "remove-device")

	b.post(confirm, nil).want(http.StatusConflict).says("not confirmed")
	item := h.answer(anna, phone.Approve, asked.number())
	if !strings.Contains(string(item.Bytes), "Bert's phone") || !strings.Contains(string(item.Bytes), "Remove a phone") {
		t.Errorf("the phone shows %s", item.Bytes)
	}
	h.wantStep(confirm, "remove-device")
	b.get(confirm).want(http.StatusOK).says("Confirmed.", "Remove now")
	if h.count(`credentials WHERE status = 'active'`) != 2 {
		t.Fatal("looking at the page removed the phone")
	}
	h.in().post(confirm, nil).want(http.StatusConflict) // another browser of the same account
	done := b.post(confirm, nil).want(http.StatusSeeOther)
	b.get(done.to()).want(http.StatusOK).says("The phone is removed.", "Anna's phone").silent("Bert")
	b.post(confirm, nil).want(http.StatusConflict)
	if got := h.actor("device.revoked"); got != "person" {
		t.Errorf("it was revoked by %q", got)
	}
	if n := h.count(`trusted_browsers`); n != 0 {
		t.Errorf("%d browsers are trusted for it", n)
	}
}

func TestAStepThatIsDeniedOrTooOldIsNotTaken(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b, at := h.in(), "/portal/devices/"+h.device("Anna")+"/remove"
	b.get(at).says("After that you have nothing left to confirm with.")

	denied := b.post(at, nil).want(http.StatusSeeOther).to()
	h.answer(anna, phone.Deny, "")
	b.get(denied).says("This was declined. Nothing is changed.")
	b.post(denied, nil).want(http.StatusConflict)

	late := b.post(at, nil).want(http.StatusSeeOther).to()
	h.answer(anna, phone.Approve, b.get(late).number())
	h.pass(account.StepFresh + time.Second)
	b.post(late, nil).want(http.StatusConflict)
	if h.count(`credentials WHERE status = 'active'`) != 1 {
		t.Error("the phone is gone")
	}
}

func TestAQuestionThatIsCancelledWaitsForNobody(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	confirm := b.post("/portal/devices/"+h.device("Anna")+"/remove", nil).want(http.StatusSeeOther).to()
	h.in().post(confirm+"/cancel", nil).want(http.StatusConflict) // another session's
	b.post(confirm+"/cancel", nil).want(http.StatusSeeOther)
	if items, err := anna.Pending(t.Context(), 0, nil); err != nil || len(items) != 0 {
		t.Errorf("%d questions wait: %v", len(items), err)
	}
	b.get(confirm).want(http.StatusOK).says("This was cancelled. Nothing is changed.")
	b.post(confirm, nil).want(http.StatusConflict)
}

func TestOnlyTheLastQuestionOfASessionWaits(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b, at := h.in(), "/portal/devices/"+h.device("Anna")+"/remove"
	first := b.post(at, nil).to()
	for range 4 {
		b.post(at, nil).want(http.StatusSeeOther)
	}
	if items, err := anna.Pending(t.Context(), 0, nil); err != nil || len(items) != 1 {
		t.Errorf("%d questions wait: %v", len(items), err)
	}
	b.get(first).says("You have begun something else meanwhile.")
}

func TestNobodySeesOrTouchesWhatIsAnothersAccount(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	annas := h.device("Anna")
	in := h.in()
	planned := in.post("/portal/devices/"+annas+"/remove", nil).to()
	begun := in.post("/portal/add", url.Values{"by": {"device"}}).want(http.StatusSeeOther).to()

	_, err := h.client.PutAccount(t.Context(), "4712", "Office North")
	h.must(err)
	_, app, key := h.service("Another AG", account.Scopes...)
	other, err := client.New(client.Config{BaseURL: h.url, Key: key})
	h.must(err)
	_, err = other.PutAccount(t.Context(), login, "Foreign")
	h.must(err)
	_ = app
	foreign := func() *browser {
		_, answer := h.offer(key, map[string]string{"account": login, "return_url": returnURL, "locale": "en"})
		b := h.browser()
		b.post(answer["url"].(string), nil).want(http.StatusSeeOther)
		return b
	}()
	for name, b := range map[string]*browser{"another account": h.in("account", "4712"), "another tenant": foreign} {
		t.Run(name, func(t *testing.T) {
			b.get("/portal/devices").want(http.StatusOK).silent("Anna")
			b.get("/portal/devices/" + annas).want(http.StatusNotFound).silent("Anna")
			b.get("/portal/devices/" + annas + "/remove").want(http.StatusNotFound)
			b.post("/portal/devices/"+annas+"/remove", nil).want(http.StatusNotFound)
			b.post("/portal/devices/"+annas, url.Values{"label": {"x"}, "holder": {"y"}}).want(http.StatusNotFound)
			b.get(planned).want(http.StatusConflict).silent("Anna")
			b.post(planned, nil).want(http.StatusConflict)
			b.get(begun).want(http.StatusNotFound)
			b.get(begun + "/moved?known=waiting").want(http.StatusNotFound)
			b.post(begun, url.Values{"code": {"123456"}}).want(http.StatusNotFound)
		})
	}
	_ = anna
}

func TestAPhoneIsAddedByAPhoneThatIsThere(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	b.get("/portal/add").want(http.StatusOK).says("A phone that is set up already").silent("A code, because")
	b.post("/portal/add", url.Values{"by": {""}}).want(http.StatusConflict).says("Somebody has to allow this phone.")
	at := b.post("/portal/add", url.Values{"by": {"device"}}).want(http.StatusSeeOther).to()
	waiting := b.get(at).want(http.StatusOK).says("Your phones are asked", "jawort-wait")
	h.answer(anna, phone.Approve, waiting.number())
	open := b.get(at).want(http.StatusOK).says("QR code for the camera", "This page waits for your phone.")
	b.get(at + "/moved?known=waiting").want(http.StatusOK).says(`"moved":true`)
	h.take(open.found(`href="([^"]*/enrol#[^"]*)"`), "Bert", func(digits string) {
		b.get(at).says("The six digits that the new phone shows")
		wrong := "000000"
		if digits == wrong {
			wrong = "000001"
		}
		b.post(at, url.Values{"code": {wrong}}).want(http.StatusUnprocessableEntity).says("not the digits", "The six digits")
		b.post(at, url.Values{"code": {"abc"}}).want(http.StatusUnprocessableEntity)
		done := b.post(at, url.Values{"code": {digits}}).want(http.StatusSeeOther).to()
		b.get(done).says("The phone is added.", "Bert's phone", "Several people use this login", "Ask Muster Makler AG for a login of their own")
	})
}

func TestTheFirstPhoneNeedsNothingButTheLogin(t *testing.T) {
	h := newHouse(t)
	b := h.in()
	b.get("/portal/devices").says("No phone is set up yet.")
	b.get("/portal/add").want(http.StatusOK).silent("Who allows it?")
	at := b.post("/portal/add", url.Values{"by": {""}}).want(http.StatusSeeOther).to()
	h.take(b.get(at).found(`href="([^"]*/enrol#[^"]*)"`), "Anna", func(digits string) {
		b.post(at, url.Values{"code": {digits}}).want(http.StatusSeeOther)
	})
	if got := h.actor("enrolment.opened"); got != "person" {
		t.Errorf("it was opened by %q", got)
	}
}

func TestWhereOnlySupportBindsPhonesThePageSaysSo(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{FirstBinding: account.BindingOperator})
	h.in().get("/portal/add").want(http.StatusOK).says("Nobody can allow it here").silent(`<button class="primary">`)
}

func TestNamesAreTextAndNeverScript(t *testing.T) {
	h := newHouse(t)
	const bad = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	anna := h.phone(`x`)
	b := h.in()
	at := "/portal/devices/" + h.device("x")
	h.sql(`UPDATE accounts SET label = $1`, bad)
	h.sql(`UPDATE tenants SET name = $1`, bad)
	b.post(at, url.Values{"label": {bad}, "holder": {bad}}).want(http.StatusSeeOther)
	for _, address := range []string{"/portal/devices", at, at + "/remove", "/portal/add"} {
		p := b.get(address).want(http.StatusOK)
		for _, tag := range []string{"<script>", "<img src=x"} {
			if strings.Contains(p.text, tag) {
				t.Errorf("%s has %s in it", address, tag)
			}
		}
		p.says("<script>alert(1)</script>")
	}
	_ = anna
}

func TestAConfirmationInThePortalTrustsNoBrowser(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 7}})
	anna := h.phone("Anna")
	b := h.in()
	confirm := b.post("/portal/devices/"+h.device("Anna")+"/remove", nil).want(http.StatusSeeOther).to()
	h.answer(anna, phone.Approve, b.get(confirm).number())
	a, err := h.client.Approval(t.Context(), strings.TrimPrefix(confirm, "/portal/confirm/"))
	h.must(err)
	if a.Status != client.Approved || a.TrustToken != "" || h.count(`trusted_browsers`) != 0 {
		t.Errorf("the browser is trusted for %+v", a)
	}
}
