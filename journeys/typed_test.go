package journeys_test

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/jawort/jawort/edge/browsertest"
)

// typed opens an address that no page leads to, and returns the status of what came.
func typed(tab *browsertest.Tab, address string) int {
	tab.Helper()
	tab.Go(address)
	return statusOf(tab)
}

// sent puts a form into the page that is open, and sends it: it comes from the page's own origin, with all its cookies. The status of what came is returned.
func sent(tab *browsertest.Tab, address string, fields url.Values) int {
	tab.Helper()
	text, err := json.Marshal(fields)
	if err != nil {
		tab.Fatal(err)
	}
	action, err := json.Marshal(address)
	if err != nil {
		tab.Fatal(err)
	}
	_ = browsertest.Eval[bool](tab, `(() => {
		self.before = true;
		const form = document.createElement("form");
		form.method = "post";
		form.action = `+string(action)+`;
		for (const [name, values] of Object.entries(`+string(text)+` ?? {}))
			for (const value of values) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
		document.body.append(form);
		form.submit();
		return true;
	})()`)
	tab.Until(`!self.before && document.readyState === "complete"`)
	return statusOf(tab)
}

func statusOf(tab *browsertest.Tab) int {
	tab.Helper()
	return browsertest.Eval[int](tab, `performance.getEntriesByType("navigation")[0].responseStatus`)
}

// offers are the paths that the page's links and buttons lead to, with their methods.
func offers(tab *browsertest.Tab) []string {
	tab.Helper()
	all := browsertest.Eval[string](tab, `[
		...[...document.querySelectorAll("a[href]")].map((a) => "GET " + a.pathname),
		...[...document.querySelectorAll("form button")].map((b) => b.form.method.toUpperCase() + " " + new URL(b.hasAttribute("formaction") ? b.formAction : b.form.action).pathname),
	].join("\n")`)
	return strings.Split(all, "\n")
}
