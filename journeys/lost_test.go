package journeys_test

import (
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// pauses notes how long the page means to wait, and how often it asks.
const pauses = `(() => {
	self.pauses = [];
	const later = self.setTimeout;
	self.setTimeout = (act, after, ...more) => { pauses.push(after); return later(act, after, ...more); };
	self.calls = 0;
	const real = self.fetch;
	self.fetch = (...a) => { calls++; return real(...a); };
})()`

func TestAServerThatHasLostItsDataIsExplainedForEachLogin(t *testing.T) {
	h := newHouse(t)
	h.account("4712", "Office North")
	p := h.newPhone("Ada")
	p.Before(pauses)
	p.enrol(h.link(login))
	p.enrol(h.link("4712"))
	h.lose()
	p.WantText(".banner", "The server does not know this phone any more")
	for _, which := range []string{"1", "2"} {
		p.WantText(".cards li:nth-child("+which+")", "Not known to the server any more. Add it again, or remove it.")
	}
	p.WantAccessible()
	p.Until(`pauses.includes(600000)`) // it asks no more before that, unless it is looked at
	if calls := browsertest.Eval[int](p.Tab, `calls`); calls > 30 {
		t.Errorf("it asks the server %d times", calls)
	}

	p.Click(".cards li:nth-child(2) button")
	p.WantText(".banner", "The server does not know this phone for this login any more")
	p.WantAccessible()
	p.Click(".leave")
	p.Click(".sure .danger")
	p.Until(`document.querySelectorAll(".cards li").length === 1`)
	p.Click(".cards li button")
	p.Click(".screen > .primary")
	p.Heading("Add a login")
	p.enrol(h.link(login))
	p.Gone(".banner.danger")
	p.Until(`document.querySelectorAll(".cards li").length === 1`)
	p.Gone(".banner") // the login is not said to be gone
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestAllLoginsThatTheServerLostAreRemovedAtOnce(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	h.lose()
	p.Reload()
	p.WantText(".banner", "The server does not know this phone any more")
	p.Click(".banner .link")
	p.Wait(".welcome")
	p.Gone(".banner")
	p.Reload()
	p.Wait(".welcome")
	p.Gone(".banner.danger")
}

func TestTheLastLoginThatTheServerLostIsRemoved(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	h.lose()
	p.Reload()
	p.WantText(".banner", "The server does not know this phone any more")
	p.Click(".cards li button")
	p.Click(".leave")
	p.Click(".sure .danger")
	p.Wait(".welcome")
	p.Gone(".banner")
}
