package journeys_test

import (
	"slices"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/edge/browsertest/album"
)

// walk is one way to look at all screens.
type walk struct {
	screen browsertest.Screen
	text   int64 // pixels that the person chose; 16 is what most have
}

// walks are those on which pictures are taken, else those on which the screens are hardest to use.
func walks() map[string]walk {
	walks := map[string]walk{}
	for view, screen := range album.Views("en", "de") {
		walks[view] = walk{screen, 16}
	}
	if len(walks) > 0 {
		return walks
	}
	return map[string]walk{
		"English, light":                 {phoneScreen("en", false), 16},
		"German, dark":                   {phoneScreen("de", true), 16},
		"German, text twice as large":    {phoneScreen("de", false), 32},
		"English, a desk at 200 % zoom":  {browsertest.Screen{Width: 640, Height: 400, Language: "en"}, 16},
		"German, a narrow phone at 200%": {browsertest.Screen{Width: 320, Height: 568, Mobile: true, Language: "de"}, 32},
	}
}

// pageWalks are fewer: the pages that the server makes share one frame, and differ in their texts.
func pageWalks() map[string]walk {
	all := walks()
	delete(all, "German, text twice as large")
	delete(all, "English, a desk at 200 % zoom")
	return all
}

func TestEveryScreenIsAccessibleInBothLanguagesAndSizesOfText(t *testing.T) {
	for name, w := range walks() {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			p := h.barePhone("Ada")
			p.Show(w.screen)
			p.TextSize(w.text)
			g := gallery{p, album.Open(p.Tab, "app", name, fleeting)}
			g.walk()
			g.wantAll()
		})
	}
}

func phoneScreen(language string, dark bool) browsertest.Screen {
	return browsertest.Screen{Width: 390, Height: 844, Mobile: true, Language: language, Dark: dark}
}

func TestAScreenReaderSaysWhatIsAskedAndEveryAnswer(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	h.ask()
	p.Heading("Is this you?")
	p.Wait(".approve")
	want := []string{
		"button Back", "heading Is this you?", "progressbar Time left",
		"heading Type the number that is shown where you sign in", "image 0 of 2 digits typed", "group Type the number that is shown where you sign in",
		"button 1", "button 2", "button 3", "button 4", "button 5", "button 6", "button 7", "button 8", "button 9", "button 0", "button Delete the last digit",
		"button Confirm", "button Not mine", "button This is fraud", "status",
	}
	if got := p.Read(); !slices.Equal(got, want) {
		t.Errorf("it says\n%q", got)
	}
	if focused := browsertest.Eval[string](p.Tab, `document.activeElement.innerText`); focused != "Is this you?" {
		t.Errorf("it begins at %q", focused)
	}
	p.keys("1")
	p.WantText("#said", "1 of 2 digits typed")
}
