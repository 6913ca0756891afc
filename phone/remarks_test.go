package phone_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/outbox"
)

func refuseAll(code int) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(code) }
}

func TestAPhoneThatTheServerForgotIsToldHowToRegisterAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := sit(t, h.newPhone("Anna"))
	anna.term.Enrolling = "./jawort phone enrol LINK"
	h.keep(refuseAll(http.StatusUnauthorized))
	anna.runs()
	anna.reads("Büro Süd at Muster Makler AG, as Anna") // no 401 makes it forget
	text := anna.reads("register again: ./jawort phone enrol LINK")
	if !strings.Contains(text, "does not know this phone (any more)") || strings.Contains(text, "does not answer") {
		t.Errorf("shown: %s", text)
	}
}

func TestAServerThatIsAwayIsRemarkedAndItsLoginsStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := sit(t, h.newPhone("Anna"))
	h.keep(refuseAll(http.StatusServiceUnavailable))
	anna.runs()
	anna.reads("Büro Süd at Muster Makler AG, as Anna")
	anna.reads("The server does not answer; trying again.")
	h.keep(refuseAll(http.StatusUnauthorized))
	anna.reads("does not know this phone")
}

func TestAServerThatIsAwaySilencesNoOther(t *testing.T) {
	t.Parallel()
	away, there := newHouse(t), newHouse(t)
	p := away.newPhone("Anna")
	there.enrol(p, "Anna")
	away.keep(refuseAll(http.StatusUnauthorized))
	anna := sit(t, p)
	anna.runs()
	anna.reads("does not know this phone")
	there.ask()
	anna.reads("[l]ater > ")
	anna.types("d")
	anna.reads("Denied.")
}

func TestOnlyTheLoginsThatAreLeftAreListed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.newPhone("Old")
	old := p.Logins()[0].Device
	h.enrol(p, "Anna")
	check(t, h.lasting.RevokeDevice(t.Context(), h.tenant.ID, h.account.ExternalID, old, outbox.Actor{}))
	anna := sit(t, p)
	anna.runs()
	if text := anna.reads("Waiting."); strings.Contains(text, "as Old") || !strings.Contains(text, "as Anna") {
		t.Errorf("shown: %s", text)
	}
}

func TestAPhoneSaysWhatItWaitsForUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	file := filepath.Join(t.TempDir(), "phone.json")
	anna := sit(t, must(phone.Load(file, phone.Options{}))(t))
	enrolment, link := h.link()
	check(t, anna.term.Enrol(t.Context(), link, "Anna", "", nil))
	anna.runs()
	text := anna.reads("Waiting to be confirmed…")
	if strings.Contains(text, "answers for") || strings.Count(text, file) != 1 {
		t.Errorf("shown: %s", text)
	}
	h.confirm(enrolment)
	anna.reads("Confirmed. Waiting for questions.")
	h.ask()
	if text := anna.reads("[l]ater > "); strings.Contains(text, "Confirmed") {
		t.Errorf("said twice: %s", text)
	}
}

func TestAnEnrolmentThatFailsSaysWhyOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, used := h.link()
	check(t, sit(t, phone.New(phone.Options{})).term.Enrol(t.Context(), used, "Anna", "", nil))
	_, fresh := h.link()
	for name, c := range map[string]struct{ link, want string }{
		"a used link":     {used, "This link was used by another phone, has expired, or is mistyped. Ask for a new one."},
		"a mistyped link": {used + "x", "This link was used by another phone, has expired, or is mistyped. Ask for a new one."},
		"a bare address": {
			strings.Replace(fresh, "localhost", "127.0.0.1", 1),
			"The server did not accept this phone. Check the address of the link (localhost, not 127.0.0.1).",
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := sit(t, phone.New(phone.Options{})).term.Enrol(t.Context(), c.link, "Eve", "", nil)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v", err)
			}
			if phone.Code(err) == "" {
				t.Error("the cause is lost")
			}
		})
	}
	h.keep(refuseAll(http.StatusUnauthorized))
	err := sit(t, phone.New(phone.Options{})).term.Enrol(t.Context(), fresh, "Eve", "", nil)
	if err == nil || err.Error() != "The server did not accept this phone. Check the address of the link." {
		t.Errorf("another 401: %v", err)
	}
}

func TestWhatTheBrowserCancelledNeedsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	anna := sit(t, h.newPhone("Anna"))
	anna.runs()
	asked := h.ask()
	anna.reads("[l]ater > ")
	h.cancel(asked)
	anna.reads("The browser cancelled it or started anew. Nothing to do.")
}
