package journeys_test

import (
	"fmt"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// lookForNews is what browsers do now and then, and the app whenever it is looked at.
const lookForNews = `navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => true)`

// versionsKept are the versions of the app that the browser keeps.
func (p *phone) versionsKept() []string {
	p.Helper()
	return browsertest.Eval[[]string](p.Tab, `caches.keys()`)
}

func TestANewVersionOfTheAppTakesOverByItselfAndNothingIsLost(t *testing.T) {
	h, front := versions(t)
	p := h.enrolled("Ada")
	p.Heading("Your logins")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	p.Click(".close")
	front.release()
	p.Reload()
	p.Heading(newHeading)
	p.WantText(".cards", "Office South")
	if kept := p.versionsKept(); len(kept) != 1 || kept[0] != "jawort "+front.newer {
		t.Errorf("the browser keeps %q", kept)
	}
	p.Click("nav a[href='#/history']")
	p.WantText(".history", "Portal · Office South")
	a = h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestANewVersionOfTheAppWaitsForAnOpenQuestionAndTellsItsPerson(t *testing.T) {
	h, front := versions(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Heading("Is this you?")
	p.keys(a.Number[:1])
	front.release()
	_ = browsertest.Eval[bool](p.Tab, lookForNews)
	p.Until(`navigator.serviceWorker.getRegistration().then((r) => r.waiting !== null)`)
	p.WantText(".typed", a.Number[:1])
	p.keys(a.Number[1:])
	p.Click(".approve")
	p.Heading("Confirmed")
	h.want(a, client.Approved)
	p.Click(".close")
	p.WantText(".banner", "A newer version of the app is ready.")
	p.Heading("Your logins")
	p.Click(".banner .link")
	p.Heading(newHeading)
	p.WantText(".cards", "Office South")
}

func TestAnotherWindowThatTakesTheNewVersionDoesNotTearDownAnOpenQuestion(t *testing.T) {
	h, front := versions(t)
	p := h.enrolled("Ada")
	a := h.ask()
	p.Heading("Is this you?")
	p.keys(a.Number[:1])
	front.release()
	other := p.beside()
	other.Go(h.url)
	other.Heading("Is this you?")
	other.Click(".back")
	_ = browsertest.Eval[bool](other.Tab, lookForNews)
	other.Heading(newHeading)
	p.WantText(".typed", a.Number[:1])
	p.keys(a.Number[1:])
	p.Click(".approve")
	p.Heading("Confirmed")
	p.Click(".close")
	p.WantText(".banner", "A newer version of the app is ready.")
	p.Click(".banner .link")
	p.Heading(newHeading)
}

func TestWhileServersAreRenewedOneByOneTheOldVersionStays(t *testing.T) {
	h, front := versions(t)
	p := h.enrolled("Ada")
	front.begin()
	if why := browsertest.Eval[string](p.Tab, `navigator.serviceWorker.getRegistration().then(async (r) => {
		await r.update();
		return new Promise((resolve) => r.installing.addEventListener("statechange", (e) => resolve(e.target.state)));
	})`); why != "redundant" {
		t.Errorf("the worker of one version with the page of another is %s", why)
	}
	p.Reload()
	p.Heading("Your logins")
	p.WantText(".cards", "Office South")
	if kept := p.versionsKept(); len(kept) != 1 || kept[0] != "jawort "+front.older {
		t.Errorf("the browser keeps %q", kept)
	}
	front.release()
	_ = browsertest.Eval[bool](p.Tab, lookForNews)
	p.Heading(newHeading)
}

func TestAnOldVersionThatCanReadNoCodesAnyMoreSaysSo(t *testing.T) {
	h, front := versions(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Before(cameraShowing(e.QR))
	p.Go(h.url + "/#/add")
	p.Wait(".scan")
	p.Until(`navigator.serviceWorker.controller !== null`)
	front.release()
	p.Click(".scan")
	p.WantText(".trouble", "This version of the app is out of date and cannot read codes any more.")
	p.Click(".primary")
	p.Click(".scan")
	p.register()
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
	p.Click(".close")
	p.Heading(newHeading)
}

func TestWhoMustUpdateTheAppToSeeAQuestionGetsTheNewVersionAtOnce(t *testing.T) {
	h, front := versions(t)
	p := h.enrolled("Ada")
	p.Before(fmt.Sprintf(altered, `(text) => text.replace('"v":1', '"v":2')`))
	p.Reload()
	h.ask()
	p.Heading("Update the app")
	front.release()
	p.Click(".primary")
	p.Until(`document.querySelector("script[src*='/` + front.newer + `/']") !== null`)
	p.Heading("Update the app")
}
