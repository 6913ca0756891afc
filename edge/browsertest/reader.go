package browsertest

import (
	"context"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// TextSize sets the size of text that the person chose in the browser's settings; 16 is what most have. It counts from the next
// Go on.
func (tab *Tab) TextSize(pixels int64) {
	tab.Helper()
	tab.run(page.SetFontSizes(&page.FontSizes{Standard: pixels, Fixed: pixels}))
}

// cutOff are the texts of which not all is on the screen: beyond its edge, or beyond the edge of a box that hides it. What a box
// shows once one scrolls down in it is not cut off, nor is a table, which needs both directions, in a region that is scrolled sideways,
// by keyboard too. What is one pixel large is there for screen readers.
const cutOff = `(() => {
	const wide = document.documentElement.clientWidth;
	const shown = (e) => e.checkVisibility() && e.getBoundingClientRect().width > 1;
	const sideways = (e) => {
		const region = e.closest("table")?.closest("[role=region][tabindex='0']");
		return region && getComputedStyle(region).overflowX === "auto" ? region : null;
	};
	const beyond = (what, e) => [...what.getClientRects()].some((r) => {
		if (r.left < -1 || r.right > wide + 1) return true;
		for (let box = e, scrolled = false; box; box = box.parentElement) {
			const { overflowX, overflowY } = getComputedStyle(box);
			const b = box.getBoundingClientRect();
			scrolled ||= ["auto", "scroll"].includes(overflowY);
			if (overflowX !== "visible" && (r.left < b.left - 1 || r.right > b.right + 1)) return true;
			if (overflowY !== "visible" && !scrolled && (r.top < b.top - 1 || r.bottom > b.bottom + 1)) return true;
		}
		return false;
	});
	const cut = (range, e) => {
		const region = sideways(e);
		return region ? beyond(region, region.parentElement) : beyond(range, e);
	};
	const outside = (e) => {
		const r = e.getBoundingClientRect();
		return r.left < -1 || r.right > wide + 1;
	};
	const found = [...document.querySelectorAll("button, input, select, a, svg")].filter((e) => shown(e) && outside(e)).map((e) => e.outerHTML.slice(0, 80));
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let text = texts.nextNode(); text; text = texts.nextNode()) {
		const range = document.createRange();
		range.selectNodeContents(text);
		if (text.data.trim() && shown(text.parentElement) && cut(range, text.parentElement)) found.push(text.data);
	}
	return found;
})()`

// WantNothingCutOff fails the test with the texts and controls that are not wholly on the screen, however far one scrolls down, there or in a box.
func (tab *Tab) WantNothingCutOff() {
	tab.Helper()
	for _, text := range Eval[[]string](tab, cutOff) {
		tab.Errorf("cut off on %q: %s", Eval[string](tab, `document.title`), text)
	}
}

// read are the roles of what a screen reader stops at.
var read = []string{"heading", "button", "link", "textbox", "combobox", "alert", "status", "alertdialog", "image", "progressbar", "group", "navigation"}

// Read is what a screen reader says of the page: role and name of each heading, control, alert and status, in order.
func (tab *Tab) Read() (said []string) {
	tab.Helper()
	var tree struct {
		Nodes []node `json:"nodes"`
	}
	tab.run(accessibility.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		return cdp.Execute(ctx, accessibility.CommandGetFullAXTree, nil, &tree)
	}))
	nodes := map[string]node{}
	for _, n := range tree.Nodes {
		nodes[n.ID] = n
	}
	var walk func(node)
	walk = func(n node) {
		if !n.Ignored && slices.Contains(read, n.Role.Value) {
			said = append(said, strings.TrimSpace(n.Role.Value+" "+n.Name.Value))
		}
		for _, id := range n.Children {
			walk(nodes[id])
		}
	}
	if len(tree.Nodes) > 0 {
		walk(tree.Nodes[0])
	}
	return said
}

// node is of the accessibility tree. Chromium is newer than chromedp, which refuses to read what it does not know.
type node struct {
	ID       string   `json:"nodeId"`
	Ignored  bool     `json:"ignored"`
	Role     spoken   `json:"role"`
	Name     spoken   `json:"name"`
	Children []string `json:"childIds"`
}

type spoken struct {
	Value string `json:"value"`
}
