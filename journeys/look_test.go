package journeys_test

import (
	"slices"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

func TestOnlyTheSignOfAnAnswerHasItsColour(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	h.ask()
	p.Click(".deny")
	p.Heading("Denied")
	p.Click(".close")
	p.Click("nav a[href='#/history']")
	p.Wait(".history .cross")
	colours := browsertest.Eval[[]string](p.Tab, `[...document.querySelectorAll(".history .cross > .glyph")].map((e) => getComputedStyle(e).color)`)
	quiet := browsertest.Eval[string](p.Tab, `getComputedStyle(document.querySelector(".history .hint")).color`)
	if len(colours) != 2 || colours[0] == quiet || colours[1] != quiet {
		t.Errorf("sign and arrow are %q, the rest is %s", colours, quiet)
	}
}

func TestNoWordOfTheLinkThatReportsStandsAlone(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Show(phoneScreen("de", false))
	p.Reload()
	a := h.ask()
	p.digitsOf(a.Number)
	p.Wait(".late")
	lines := browsertest.Eval[[]float64](p.Tab, `(() => {
		const range = document.createRange();
		range.selectNodeContents(document.querySelector(".late"));
		return [...range.getClientRects()].map((line) => line.width);
	})()`)
	if len(lines) < 2 || slices.Min(lines) < slices.Max(lines)/2 {
		t.Errorf("its lines are %v pixels wide", lines)
	}
}
