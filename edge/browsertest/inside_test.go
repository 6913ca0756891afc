package browsertest_test

import (
	"slices"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

func TestAWorkerIsLookedIntoAlsoAfterItWasStopped(t *testing.T) {
	t.Parallel()
	tab := browsertest.New(t)
	worker := tab.Worker()
	url := site(t, `<script>navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready).then(() => { location.hash = "ready"; });</script>`)
	tab.Go(url)
	tab.Until(`location.hash === "#ready"`)
	if got := browsertest.Inside[string](worker, url, `Promise.resolve(self.kept = self.constructor.name)`); got != "ServiceWorkerGlobalScope" {
		t.Errorf("looked into %s", got)
	}
	worker.Stop()
	worker.Deliver(url, "start")
	if kept := browsertest.Inside[bool](worker, url, `"kept" in self`); kept {
		t.Error("the worker was not stopped")
	}
}

func TestWhatIsCutOffIsComplainedAboutAndNothingElse(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]int{
		`<p>hello</p>`: 0,
		`<p style="font-size:1px;width:1px;overflow:hidden;position:absolute">for screen readers only</p>`:                                                                                                                    0,
		`<p style="white-space:nowrap;font-size:4em">a line that does not end where the screen ends</p>`:                                                                                                                      1,
		`<p style="width:50px;overflow:hidden;white-space:nowrap">a line in a box that is too small</p>`:                                                                                                                      1,
		`<p style="height:2em;overflow:hidden">a<br>b<br>c</p>`:                                                                                                                                                               2,
		`<div style="height:3em;overflow:hidden"><p style="height:2em;overflow-y:auto">a<br>b<br>c</p></div>`:                                                                                                                 0,
		`<p style="height:2em;overflow-y:auto;white-space:nowrap">a line that does not end where its box does, although it is a rather long line</p>`:                                                                         1,
		`<div style="overflow-x:auto" role="region" tabindex="0" aria-label="A table"><table><tr><td style="white-space:nowrap">a row of a table that does not end where the screen ends</td></tr></table></div>`:             0,
		`<div style="overflow-x:auto"><table><tr><td style="white-space:nowrap">a row of a table that does not end where the screen ends</td></tr></table></div>`:                                                             1,
		`<div style="width:500px;overflow-x:auto" role="region" tabindex="0" aria-label="A table"><table><tr><td style="white-space:nowrap">a row of a table that does not end where the screen ends</td></tr></table></div>`: 1,
		`<button style="margin-left:380px">send</button>`:                                                                                                                                                                     2,
		`<p style="font-size:8rem">Unterschrift</p>`:                                                                                                                                                                          1,
	} {
		heard := &complaints{TB: t}
		tab := browsertest.New(heard)
		tab.Show(browsertest.Screen{Width: 390, Height: 844, Mobile: true})
		tab.Go(site(t, `<!doctype html><meta name="viewport" content="width=device-width">`+page))
		tab.WantNothingCutOff()
		if len(heard.all) != want {
			t.Errorf("%s: %q", page, heard.all)
		}
	}
}

func TestTextIsAsLargeAsItsPersonWants(t *testing.T) {
	t.Parallel()
	tab := browsertest.New(t)
	tab.TextSize(32)
	tab.Go(site(t, `<!doctype html><p style="width:1rem">x</p>`))
	if got := browsertest.Eval[float64](tab, `document.querySelector("p").offsetWidth`); got != 32 {
		t.Errorf("one rem is %v pixels", got)
	}
}

func TestAScreenReaderHearsRolesAndNames(t *testing.T) {
	t.Parallel()
	tab := browsertest.New(t)
	tab.Go(site(t, `<!doctype html><h1>Hello</h1><p>text</p><button aria-label="Back"><svg></svg></button><label>Name <input></label><p role="alert">No!</p>`))
	if got, want := tab.Read(), []string{"heading Hello", "button Back", "textbox Name", "alert"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
