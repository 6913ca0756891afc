package browsertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// deep is document.querySelector that also looks into open shadow roots, which web components draw in.
const deep = `((selector) => {
	const find = (root) => {
		const hit = root.querySelector(selector);
		if (hit) return hit;
		for (const e of root.querySelectorAll("*")) {
			const within = e.shadowRoot && find(e.shadowRoot);
			if (within) return within;
		}
		return null;
	};
	return find(document);
})`

// Eval evaluates an expression in the page, and waits for a promise.
func Eval[T any](tab *Tab, expression string) T {
	tab.Helper()
	var value T
	tab.run(chromedp.Evaluate(expression, &value, awaited))
	return value
}

func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// Until waits until an expression is true in the page, or in the one to which it goes on.
func (tab *Tab) Until(expression string) {
	tab.Helper()
	if tab.scriptless {
		tab.untilFromOutside(expression)
		return
	}
	wait := chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(Patience), chromedp.WithPollingInterval(20*time.Millisecond))
	err := tab.try(wait)
	for late := time.Now().Add(Patience); gone(err) && time.Now().Before(late); {
		err = tab.try(wait)
	}
	if err != nil {
		tab.Fatalf("browser: %v: waited for %s on:\n%s", err, expression, tab.words())
	}
}

// untilFromOutside asks again and again where the page's own timers stand still.
func (tab *Tab) untilFromOutside(expression string) {
	tab.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(Patience); time.Now().Before(late); <-tick.C {
		var is bool
		if err := tab.try(chromedp.Evaluate(expression, &is)); err == nil && is { // an error: the page is about to be another
			return
		}
	}
	tab.Fatalf("browser: waited for %s on:\n%s", expression, tab.words())
}

// gone says that the page which was asked has made room for another.
func gone(err error) bool {
	var refused *cdproto.Error
	return errors.As(err, &refused) && refused.Code == -32000
}

func (tab *Tab) words() string {
	var words string
	if err := tab.try(chromedp.Evaluate(`(() => {
		const read = (root) => [...root.children].map((e) => (e.shadowRoot ? read(e.shadowRoot) + "\n" : "") + (e.innerText ?? "")).join("\n");
		return location.href + "\n" + read(document.body);
	})()`, &words)); err != nil {
		return err.Error()
	}
	return words
}

// Element is what a CSS selector finds, in the page or in a component of it.
func (tab *Tab) element(selector string) string { return deep + "(" + quoted(selector) + ")" }

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string cannot fail
	}
	return string(b)
}

// Wait waits until an element is there and visible.
func (tab *Tab) Wait(selector string) {
	tab.Helper()
	tab.Until(tab.element(selector) + `?.checkVisibility() === true`)
}

// Gone waits until no such element is visible.
func (tab *Tab) Gone(selector string) {
	tab.Helper()
	tab.Until(tab.element(selector) + `?.checkVisibility() !== true`)
}

// Text waits for an element and returns its text.
func (tab *Tab) Text(selector string) string {
	tab.Helper()
	tab.Wait(selector)
	return Eval[string](tab, tab.element(selector)+".innerText")
}

// WantText waits until an element holds a text.
func (tab *Tab) WantText(selector, text string) {
	tab.Helper()
	tab.Until(fmt.Sprintf(`%s?.innerText.includes(%s) === true`, tab.element(selector), quoted(text)))
}

// Click waits for an element, which must be enabled, and clicks it as a person does: where it is.
func (tab *Tab) Click(selector string) {
	tab.Helper()
	tab.Wait(selector)
	tab.Until(tab.element(selector) + `?.disabled !== true`)
	at := Eval[[2]float64](tab, `(() => {
		const e = `+tab.element(selector)+`;
		e.scrollIntoView({ block: "center", behavior: "instant" });
		const r = e.getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})()`)
	tab.run(chromedp.MouseClickXY(at[0], at[1]))
}

// Type types into a field in place of what is there.
func (tab *Tab) Type(selector, text string) {
	tab.Helper()
	tab.Wait(selector)
	_ = Eval[bool](tab, `(() => { const e = `+tab.element(selector)+`; e.focus(); e.select(); return true; })()`)
	tab.Press(text)
}

// Press presses keys, wherever the focus is.
func (tab *Tab) Press(keys string) {
	tab.Helper()
	tab.run(chromedp.KeyEvent(keys))
}

// URL is where the tab is.
func (tab *Tab) URL() string {
	tab.Helper()
	return Eval[string](tab, `location.href`)
}

// Screenshot returns the whole page as PNG. The pointer is on nothing.
func (tab *Tab) Screenshot() []byte {
	tab.Helper()
	var png []byte
	tab.run(chromedp.MouseEvent(input.MouseMoved, -1, -1), chromedp.FullScreenshot(&png, 100))
	return png
}
