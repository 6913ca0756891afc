package journeys_test

import (
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// How browsers delete what an app keeps: the database when space runs short; all that scripts wrote when nobody came for long.
const (
	databaseGone = `new Promise((resolve) => { indexedDB.deleteDatabase("jawort").onsuccess = () => resolve(true); })`
	allGone      = `(localStorage.clear(), ` + databaseGone + `)`
)

// emptied has the browser delete while the app is closed, and opens it again.
func (p *phone) emptied(how string) {
	p.Helper()
	p.Go(p.house.url + "/v1/nothing")
	_ = browsertest.Eval[bool](p.Tab, how)
	p.Go(p.house.url)
}

func TestWhenTheBrowserHasDeletedEverythingTheAppSaysSo(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	for again, how := range []string{databaseGone, allGone} {
		p.emptied(how)
		p.WantText(".banner", "Your logins are no longer on this phone")
		p.WantText(".banner", "Add your logins again.")
		h.stillRegistered(again + 1)
		p.enrol(h.link(login))
		p.Gone(".banner.danger")
	}
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestWhenTheBrowserHasDeletedTheDatabaseTheAppSaysSoAlsoWithoutNotifications(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Block(h.url)
	p.emptied(databaseGone)
	p.WantText(".banner", "Your logins are no longer on this phone")
	p.WantAccessible()
	p.Go(h.link(login).Link) // a new link, which is not taken to its end yet
	p.Wait(".lack")
	p.Go(h.url)
	p.WantText(".banner", "Your logins are no longer on this phone")
	p.Allow(h.url)
	p.enrol(h.link(login))
	p.Gone(".banner")
}

func TestWhereTheLastLoginWasRemovedNoneIsMissed(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Click(".cards li button")
	p.Click(".leave")
	p.Click(".sure .danger")
	p.Wait(".welcome")
	p.Block(h.url)
	p.emptied(databaseGone)
	p.Wait(".welcome")
	p.Gone(".banner")
}

// stillRegistered says that the server has lost no phone of the account.
func (h *house) stillRegistered(phones int) {
	h.Helper()
	devices, err := h.client.Devices(h.Context(), login)
	h.must(err)
	active := 0
	for _, d := range devices {
		if d.Status == "active" {
			active++
		}
	}
	if active != phones {
		h.Errorf("the account has %d active phones, want %d", active, phones)
	}
}

func TestWhenTheBrowserDeletesEverythingWhileTheAppIsOpenTheAppSaysSo(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Heading("Your logins")
	_ = browsertest.Eval[bool](p.Tab, databaseGone+`.then(() => dispatchEvent(new Event("online")))`)
	p.WantText(".banner", "Your logins are no longer on this phone")
	p.Gone(".cards")
	h.stillRegistered(1)
}
