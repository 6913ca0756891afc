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
	b.Get(at).Want(http.StatusOK).Says(`value="Anna's phone"`)
	b.Post(at, url.Values{"label": {""}, "holder": {"Anna"}}).Want(http.StatusUnprocessableEntity).Says("Please fill in all fields")
	b.Post(at, url.Values{"label": {"a\u202eb"}, "holder": {"Anna"}}).Want(http.StatusUnprocessableEntity)
	done := b.Post(at, url.Values{"label": {"Pixel"}, "holder": {"Anna Muster"}}).Want(http.StatusSeeOther)
	b.Get(done.To()).Want(http.StatusOK).Says("The name is changed.", "Pixel", "Anna Muster")
	if got := h.actor("device.renamed"); got != "person" {
		t.Errorf("it was renamed by %q", got)
	}
}

func TestADeviceIsRemovedOnceItsRemovalIsConfirmed(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	h.phone("Bert")
	b, at := h.in(), "/portal/devices/"+h.device("Bert")+"/remove"
	b.Get(at).Want(http.StatusOK).Says("It is not asked any more", "Bert's phone").Silent("nothing left")
	confirm := b.Post(at, nil).Want(http.StatusSeeOther).To()
	asked := b.Get(confirm).Want(http.StatusOK).Says("Remove a phone", "jawort-wait")
	h.wantStep(confirm, "remove-device")

	b.Post(confirm, nil).Want(http.StatusConflict).Says("not confirmed")
	item := h.answer(anna, phone.Approve, asked.Number())
	if !strings.Contains(string(item.Bytes), "Bert's phone") || !strings.Contains(string(item.Bytes), "Remove a phone") {
		t.Errorf("the phone shows %s", item.Bytes)
	}
	h.wantStep(confirm, "remove-device")
	b.Get(confirm).Want(http.StatusOK).Says("Thank you, you have confirmed this.", "Remove now")
	if h.count(`credentials WHERE status = 'active'`) != 2 {
		t.Fatal("looking at the page removed the phone")
	}
	h.in().Post(confirm, nil).Want(http.StatusConflict) // another browser of the same account
	done := b.Post(confirm, nil).Want(http.StatusSeeOther)
	b.Get(done.To()).Want(http.StatusOK).Says("The phone is removed.", "Anna's phone").Silent("Bert")
	b.Post(confirm, nil).Want(http.StatusConflict)
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
	b.Get(at).Says("After that you have nothing left to confirm with.")

	denied := b.Post(at, nil).Want(http.StatusSeeOther).To()
	h.answer(anna, phone.Deny, "")
	b.Get(denied).Says("This was declined. Nothing is changed.")
	b.Post(denied, nil).Want(http.StatusConflict)

	late := b.Post(at, nil).Want(http.StatusSeeOther).To()
	h.answer(anna, phone.Approve, b.Get(late).Number())
	h.pass(account.StepFresh + time.Second)
	b.Post(late, nil).Want(http.StatusConflict)
	if h.count(`credentials WHERE status = 'active'`) != 1 {
		t.Error("the phone is gone")
	}
}

func TestAQuestionThatIsCancelledWaitsForNobody(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	confirm := b.Post("/portal/devices/"+h.device("Anna")+"/remove", nil).Want(http.StatusSeeOther).To()
	h.in().Post(confirm+"/cancel", nil).Want(http.StatusConflict) // another session's
	b.Post(confirm+"/cancel", nil).Want(http.StatusSeeOther)
	if items, err := anna.Pending(t.Context(), 0, nil); err != nil || len(items) != 0 {
		t.Errorf("%d questions wait: %v", len(items), err)
	}
	b.Get(confirm).Want(http.StatusOK).Says("This was cancelled. Nothing is changed.")
	b.Post(confirm, nil).Want(http.StatusConflict)
}

func TestOnlyTheLastQuestionOfASessionWaits(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b, at := h.in(), "/portal/devices/"+h.device("Anna")+"/remove"
	first := b.Post(at, nil).To()
	for range 4 {
		b.Post(at, nil).Want(http.StatusSeeOther)
	}
	if items, err := anna.Pending(t.Context(), 0, nil); err != nil || len(items) != 1 {
		t.Errorf("%d questions wait: %v", len(items), err)
	}
	b.Get(first).Says("You have begun something else meanwhile.")
}

func TestNobodySeesOrTouchesWhatIsAnothersAccount(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	annas := h.device("Anna")
	in := h.in()
	planned := in.Post("/portal/devices/"+annas+"/remove", nil).To()
	begun := in.Post("/portal/add", url.Values{"by": {"device"}}).Want(http.StatusSeeOther).To()

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
		b.Post(answer["url"].(string), nil).Want(http.StatusSeeOther)
		return b
	}()
	for name, b := range map[string]*browser{"another account": h.in("account", "4712"), "another tenant": foreign} {
		t.Run(name, func(t *testing.T) {
			b.Get("/portal/devices").Want(http.StatusOK).Silent("Anna")
			b.Get("/portal/devices/" + annas).Want(http.StatusNotFound).Silent("Anna")
			b.Get("/portal/devices/" + annas + "/remove").Want(http.StatusNotFound)
			b.Post("/portal/devices/"+annas+"/remove", nil).Want(http.StatusNotFound)
			b.Post("/portal/devices/"+annas, url.Values{"label": {"x"}, "holder": {"y"}}).Want(http.StatusNotFound)
			b.Get(planned).Want(http.StatusConflict).Silent("Anna")
			b.Post(planned, nil).Want(http.StatusConflict)
			b.Get(begun).Want(http.StatusNotFound)
			b.Get(begun + "/moved?known=waiting").Want(http.StatusNotFound)
			b.Post(begun, url.Values{"code": {"123456"}}).Want(http.StatusNotFound)
		})
	}
	_ = anna
}

func TestAPhoneIsAddedByAPhoneThatIsThere(t *testing.T) {
	h := newHouse(t)
	anna := h.phone("Anna")
	b := h.in()
	b.Get("/portal/add").Want(http.StatusOK).Says("A phone that is set up already").Silent("A code, because")
	b.Post("/portal/add", url.Values{"by": {""}}).Want(http.StatusConflict).Says("Somebody has to allow this phone.")
	at := b.Post("/portal/add", url.Values{"by": {"device"}}).Want(http.StatusSeeOther).To()
	waiting := b.Get(at).Want(http.StatusOK).Says("Your phones are asked", "jawort-wait")
	h.answer(anna, phone.Approve, waiting.Number())
	open := b.Get(at).Want(http.StatusOK).Says("QR code for the camera", "This page waits for your phone.")
	b.Get(at + "/moved?known=waiting").Want(http.StatusOK).Says(`"moved":true`)
	h.take(open.Found(`href="([^"]*/enrol#[^"]*)"`), "Bert", func(digits string) {
		b.Get(at).Says("The six digits that the new phone shows")
		wrong := "000000"
		if digits == wrong {
			wrong = "000001"
		}
		b.Post(at, url.Values{"code": {wrong}}).Want(http.StatusUnprocessableEntity).Says("not the digits", "The six digits")
		b.Post(at, url.Values{"code": {"abc"}}).Want(http.StatusUnprocessableEntity)
		done := b.Post(at, url.Values{"code": {digits}}).Want(http.StatusSeeOther).To()
		b.Get(done).Says("The phone is added.", "Bert's phone", "Several people use this account", "Ask Muster Makler AG for an account of their own")
	})
}

func TestTheFirstPhoneNeedsNothingButTheLogin(t *testing.T) {
	h := newHouse(t)
	b := h.in()
	b.Get("/portal/devices").Says("No phone is set up yet.")
	b.Get("/portal/add").Want(http.StatusOK).Silent("Who allows it?")
	at := b.Post("/portal/add", url.Values{"by": {""}}).Want(http.StatusSeeOther).To()
	h.take(b.Get(at).Found(`href="([^"]*/enrol#[^"]*)"`), "Anna", func(digits string) {
		b.Post(at, url.Values{"code": {digits}}).Want(http.StatusSeeOther)
	})
	if got := h.actor("enrolment.opened"); got != "person" {
		t.Errorf("it was opened by %q", got)
	}
}

func TestWhereOnlySupportBindsPhonesThePageSaysSo(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{FirstBinding: account.BindingOperator})
	h.in().Get("/portal/add").Want(http.StatusOK).Says("Nobody can allow it here").Silent(`<button class="primary">`)
}

func TestNamesAreTextAndNeverScript(t *testing.T) {
	h := newHouse(t)
	const bad = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	anna := h.phone(`x`)
	b := h.in()
	at := "/portal/devices/" + h.device("x")
	h.sql(`UPDATE accounts SET label = $1`, bad)
	h.sql(`UPDATE tenants SET name = $1`, bad)
	b.Post(at, url.Values{"label": {bad}, "holder": {bad}}).Want(http.StatusSeeOther)
	for _, address := range []string{"/portal/devices", at, at + "/remove", "/portal/add"} {
		p := b.Get(address).Want(http.StatusOK)
		for _, tag := range []string{"<script>", "<img src=x"} {
			if strings.Contains(p.Text, tag) {
				t.Errorf("%s has %s in it", address, tag)
			}
		}
		p.Says("<script>alert(1)</script>")
	}
	_ = anna
}

func TestAConfirmationInThePortalTrustsNoBrowser(t *testing.T) {
	h := newHouse(t)
	h.policy(account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 7}})
	anna := h.phone("Anna")
	b := h.in()
	confirm := b.Post("/portal/devices/"+h.device("Anna")+"/remove", nil).Want(http.StatusSeeOther).To()
	h.answer(anna, phone.Approve, b.Get(confirm).Number())
	a, err := h.client.Approval(t.Context(), strings.TrimPrefix(confirm, "/portal/confirm/"))
	h.must(err)
	if a.Status != client.Approved || a.TrustToken != "" || h.count(`trusted_browsers`) != 0 {
		t.Errorf("the browser is trusted for %+v", a)
	}
}
