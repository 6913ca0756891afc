package browsertest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

// complaints keep what a test would fail with.
type complaints struct {
	testing.TB
	all []string
}

func (c *complaints) Errorf(format string, args ...any) {
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

func TestAPageThatSomeCannotUseIsComplainedAboutAlsoWithinComponents(t *testing.T) {
	t.Parallel()
	heard := &complaints{TB: t}
	tab := browsertest.New(heard)
	page := `<!doctype html><html lang="en"><title>page</title><meta http-equiv="Content-Security-Policy" content="script-src 'unsafe-inline'">
		<main><h1>hello</h1><x-box></x-box></main><script>customElements.define("x-box", class extends HTMLElement {
		connectedCallback() { this.attachShadow({ mode: "open" }).innerHTML = "<label>name <input></label>"; }
	})</script>`
	tab.Go(site(t, page))
	tab.WantAccessible()
	if len(heard.all) != 0 {
		t.Errorf("a good page: %s", heard.all)
	}
	tab.Go(site(t, strings.Replace(page, "<label>name <input></label>", "<input>", 1)))
	tab.WantAccessible()
	if len(heard.all) != 1 || !strings.Contains(heard.all[0], "label: ") || !strings.Contains(heard.all[0], "x-box input") {
		t.Errorf("a field without a label: %s", heard.all)
	}
}
