package firefoxtest

import (
	"encoding/json"
	"fmt"
)

// contexts lists the browsing contexts at the top.
func (f *Firefox) contexts(params object) []string {
	f.Helper()
	var tree struct{ Contexts []struct{ Context string } }
	f.call("browsingContext.getTree", params, &tree)
	ids := make([]string, 0, len(tree.Contexts))
	for _, c := range tree.Contexts {
		ids = append(ids, c.Context)
	}
	if len(ids) == 0 {
		f.Fatal("firefoxtest: Firefox has no window")
	}
	return ids
}

func (f *Firefox) call(method string, params object, result any) {
	f.Helper()
	if params == nil {
		params = object{}
	}
	if err := f.session.call(method, params, result); err != nil {
		f.Fatal(err)
	}
}

// Go opens a page.
func (f *Firefox) Go(url string) {
	f.Helper()
	f.call("browsingContext.navigate", object{"context": f.tab, "url": url, "wait": "complete"}, nil)
}

// Eval evaluates an expression in the page, and waits for a promise.
func Eval[T any](f *Firefox, expression string) T {
	f.Helper()
	text, err := f.eval(f.tab, expression)
	if err != nil {
		f.Fatal(err)
	}
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		f.Fatalf("firefoxtest: %s is %s: %v", expression, text, err)
	}
	return value
}

// eval evaluates an expression and returns its value as JSON, which is simpler than BiDi's own form.
func (f *Firefox) eval(context, expression string) (string, error) {
	var got struct {
		Type             string
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	err := f.session.call("script.evaluate", object{
		"expression": `Promise.resolve(` + expression + `).then((v) => JSON.stringify(v ?? null))`,
		"target":     object{"context": context}, "awaitPromise": true,
	}, &got)
	if err == nil && got.Type == "exception" {
		err = fmt.Errorf("firefoxtest: %s: %s", expression, got.ExceptionDetails.Text)
	}
	return got.Result.Value, err
}

// Until waits until an expression is true in the page.
func (f *Firefox) Until(expression string) {
	f.Helper()
	_, err := f.eval(f.tab, fmt.Sprintf(`new Promise((resolve, reject) => {
		const late = setTimeout(reject, %d, new Error("not true in time, on " + location.href + ":\n" + document.body.innerText));
		const look = () => { if (%s) { clearTimeout(late); resolve(); } else setTimeout(look, 20); };
		look();
	})`, (Patience/2).Milliseconds(), expression))
	if err != nil {
		f.Fatal(err)
	}
}

func element(selector string) string { return fmt.Sprintf("document.querySelector(%q)", selector) }

// Text waits for an element and returns its text.
func (f *Firefox) Text(selector string) string {
	f.Helper()
	f.Until(element(selector) + `?.checkVisibility() === true`)
	return Eval[string](f, element(selector)+".innerText")
}

// WantText waits until an element holds a text.
func (f *Firefox) WantText(selector, text string) {
	f.Helper()
	f.Until(fmt.Sprintf(`%s?.innerText.includes(%q) === true`, element(selector), text))
}
