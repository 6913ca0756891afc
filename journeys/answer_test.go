package journeys_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

func TestSomebodyConfirmsALoginWithItsNumber(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Heading("Is this you?")
	p.WantText(".facts", "Portal")
	p.WantText(".facts", "Muster Makler AG")
	p.WantText(".facts", "Office South")
	p.WantText(".facts", "Firefox on Linux")
	p.WantText(".facts", "203.0.113.9")
	p.number(a.Number)
	p.outcome("Confirmed", "You can go on where you signed in.")
	if got := h.want(a, client.Approved); got.Method != "push" || got.Device.Holder != "Ada" {
		t.Errorf("%+v", got)
	}
	p.Click(".close")
	p.Heading("Your logins")
	p.Click("nav a[href='#/history']")
	p.WantText(".history .check", "Portal · Office South")
}

func TestSomebodySaysThatALoginIsNotTheirs(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Click(".deny")
	p.outcome("Denied", "Nobody gets in.")
	h.want(a, client.Denied)
}

func TestOneTapAndTheUnlockReportFraud(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Click(".report")
	p.outcome("Reported as fraud", "Change your password now.")
	h.want(a, client.Reported)
}

// hanging keeps the phone's unlock on the screen, as one does who thinks about it.
const hanging = `(navigator.credentials.get = () => new Promise((_, reject) => { self.cancel = () => reject(new DOMException("no", "NotAllowedError")); })) !== null`

func TestARefusalThatWasTappedByMistakeIsNotSentWithoutTheUnlock(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	for button, says := range map[string]string{
		".report": "Unlock the phone to report this as fraud. It ends at once, and the service is told",
		".deny":   "Unlock the phone to sign your answer",
	} {
		p.Wait(button)
		_ = browsertest.Eval[bool](p.Tab, hanging)
		p.Click(button)
		p.WantText(".busy", says)
		p.WantAccessible()
		_ = browsertest.Eval[bool](p.Tab, `cancel() === undefined`)
		p.WantText(".trouble", "The phone was not unlocked, so nothing was sent.")
		p.Reload()
	}
	p.number(a.Number) // the person meant to confirm
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestWhatWasConfirmedIsReportedAfterwards(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	p.Click(".late")
	p.outcome("Reported as fraud", "what this confirmation had allowed is ended")
	if got := h.want(a, client.Approved); len(got.LateReports) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAReportOfWhatWasJustConfirmedIsKeptUntilThereIsANetwork(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	p.Offline(true)
	p.Click(".late")
	p.WantText(".busy", "Your answer is kept and sent as soon as there is one.")
	p.Gone(".late")
	p.WantAccessible()
	p.Offline(false)
	p.outcome("Reported as fraud", "what this confirmation had allowed is ended")
	p.Gone(".busy")
	if got := h.want(a, client.Approved); len(got.LateReports) != 1 {
		t.Errorf("%+v", got)
	}
}

// keyless takes from the app what it knows of its passkeys.
const keyless = `new Promise((resolve) => {
	indexedDB.open("jawort").onsuccess = (e) => {
		const all = e.target.result.transaction("kept", "readwrite");
		all.objectStore("kept").delete("credentials");
		all.oncomplete = () => resolve(true);
	};
})`

func TestAReportThatCannotBeSignedIsNotSaidToBeDone(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	_ = browsertest.Eval[bool](p.Tab, keyless)
	p.Click(".late")
	p.WantText(".trouble", "This phone no longer has the key of this login.")
	p.outcome("Confirmed", "")
	p.Wait(".late") // it can be tried again
	if got := h.want(a, client.Approved); len(got.LateReports) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestWhatWasConfirmedIsReportedDaysLaterFromTheHistory(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	p.Click(".close")
	p.Go("about:blank")
	h.pass(50 * time.Hour)
	p.Go(h.url + "/#/history")
	p.Click(".history .check")
	p.WantText(".facts", "Portal")
	p.WantText(".facts", "203.0.113.9")
	p.Click(".late")
	p.outcome("Reported as fraud", "what this confirmation had allowed is ended")
	if got := h.want(a, client.Approved); len(got.LateReports) != 1 {
		t.Errorf("%+v", got)
	}
	p.Click(".close")
	p.Wait(".history .flag")
	p.Click(".history .check")
	p.WantText(".quiet", "You have reported it as fraud.")
	p.Gone(".late")
}

func TestAReportFromTheHistoryIsKeptUntilThereIsANetwork(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	p.Click(".close")
	p.Click("nav a[href='#/history']")
	p.Click(".history .check")
	p.Offline(true) // no answer of the server tells the page the time again
	_ = browsertest.Eval[bool](p.Tab, `(() => { const real = performance.now.bind(performance); performance.now = () => real() + 50 * 3600 * 1000; return true; })()`)
	p.Click(".late")
	p.WantText(".busy", "Your answer is kept and sent as soon as there is one.")
	p.Reload()
	p.Offline(false)
	h.await("the report", func() bool {
		got, err := h.client.Approval(t.Context(), a.ID)
		h.must(err)
		return len(got.LateReports) == 1
	})
}

func TestAfterThreeWrongNumbersThePhoneIsBlocked(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.number(wrong(a, 1))
	p.WantText(".trouble", "Tries left: 2.")
	p.number(wrong(a, 2))
	p.WantText(".trouble", "One try is left.")
	p.number(wrong(a, 3))
	p.outcome("Too many wrong numbers", "If it was not you, report it.")
	h.want(a, client.Denied)
}

func TestATransactionShowsWhatIsPaidToWhomFirst(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	a := h.ask(func(r *client.Request) {
		r.Kind = client.Transaction
		r.Details = []client.Detail{{Label: "Amount", Value: "€ 4,950.00", Role: "amount"}, {Label: "To", Value: "Muster Bau GmbH", Role: "payee"}, {Label: "Reference", Value: "Invoice 17"}}
	})
	p.Heading("Do you confirm this?")
	p.WantText(".details .amount", "€ 4,950.00")
	p.WantText(".details .payee", "Muster Bau GmbH")
	if !browsertest.Eval[bool](p.Tab, `document.querySelector(".details").compareDocumentPosition(document.querySelector(".facts")) === Node.DOCUMENT_POSITION_FOLLOWING`) {
		t.Error("the details do not come first")
	}
	p.digitsOf(a.Number)
	p.Heading("Confirmed")
	p.WantText(".details .amount", "€ 4,950.00")
	h.want(a, client.Approved)
}

func TestWithoutANumberOneTapAndTheUnlockConfirm(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	h.client = h.application("Desk", account.MatchDigits(0))
	a := h.ask()
	p.WantText(".facts", "Desk")
	p.Gone(".keypad")
	p.Click(".approve")
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestOfTwoPhonesThatConfirmAtOnceOneWins(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.enrolled("Ada"), h.enrolled("Bob")
	a := h.ask()
	both := []*phone{ada, bob}
	for _, p := range both {
		p.keys(a.Number)
	}
	for _, p := range both {
		_ = browsertest.Eval[bool](p.Tab, `document.querySelector(".approve")?.click() !== null`)
	}
	holder := h.want(a, client.Approved).Device.Holder
	for _, p := range both {
		if p.holder == holder {
			p.Heading("Confirmed")
		} else {
			p.outcome("Already answered", "It was answered on “"+holder+"'s phone”.")
		}
	}
}

func TestALoginIsDeniedOnceAllHaveDenied(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.enrolled("Ada"), h.enrolled("Bob")
	a := h.ask()
	ada.Click(".deny")
	ada.outcome("Denied on this phone", "The other phones of this login are still asked.")
	bob.Click(".deny")
	bob.Heading("Denied")
	h.want(a, client.Denied)
}

func TestAPromptSaysByItselfThatAnotherPhoneHasAnswered(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.enrolled("Ada"), h.enrolled("Bob")
	a := h.ask()
	bob.Heading("Is this you?")
	ada.number(a.Number)
	bob.outcome("Already answered", "It was answered on “Ada's phone”.")
}

func TestALoginThatWasBegunAnewTakesThePlaceOfTheOld(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	session := rand.Text()
	same := func(r *client.Request) { r.Browser.Session = session }
	h.ask(same)
	p.Heading("Is this you?")
	second := h.ask(same)
	p.outcome("Already answered", "cancelled, begun anew or answered in another way")
	p.Click(".close")
	p.number(second.Number)
	p.Heading("Confirmed")
	h.want(second, client.Approved)
}

func TestSeveralQuestionsAreAnsweredOneAfterTheOther(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	first := h.ask()
	p.Heading("Is this you?")
	second := h.ask()
	p.WantText(".others", "1 more waiting")
	p.number(first.Number)
	p.Heading("Confirmed")
	p.Click(".close")
	p.number(second.Number)
	p.Heading("Confirmed")
	h.want(first, client.Approved)
	h.want(second, client.Approved)
}
