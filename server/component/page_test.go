package component_test

import (
	"encoding/json"
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/server/component"
)

// waiting is a tab in which somebody waits.
type waiting struct {
	*browsertest.Tab
	h *house
}

// markup is the component as a login page writes it.
func (h *house) markup(a client.Approval, more ...string) string {
	left := strconv.Itoa(int(a.ExpiresAt.Sub(h.now()).Seconds()))
	attributes := append(more, "socket", h.socket(a), "ticket", a.Socket.Ticket, "left", left) // of two the first counts
	var b strings.Builder
	b.WriteString("<jawort-wait")
	for i := 0; i < len(attributes); i += 2 {
		fmt.Fprintf(&b, " %s=\"%s\"", attributes[i], html.EscapeString(attributes[i+1]))
	}
	return b.String() + `><a slot="again" href="/">Start again</a></jawort-wait>`
}

// socket is the address of the approval's socket as browsers reach it.
func (h *house) socket(a client.Approval) string {
	_, path, _ := strings.Cut(a.Socket.URL, "/v1/")
	return strings.Replace(h.jawort, "http", "ws", 1) + "/v1/" + path
}

// show opens the login page with these elements in it.
func (h *house) show(tab *browsertest.Tab, language string, elements ...string) waiting {
	h.Helper()
	jawort := h.jawort
	body := fmt.Sprintf(`<!doctype html><html lang="%s"><meta name="viewport" content="width=device-width"><title>Portal</title>
		<link rel="stylesheet" href="/page.css"><script src="/page.js"></script><script type="module" src="%s%s" integrity="%s" crossorigin></script>
		<main><h1>Muster Makler AG</h1>%s</main>`, language, jawort, component.Path, component.Integrity(), strings.Join(elements, ""))
	h.page.jawort.Store(&jawort)
	h.page.body.Store(&body)
	tab.Go(h.page.origin + "/login")
	tab.Until(`customElements.get("jawort-wait") !== undefined`)
	return waiting{tab, h}
}

// wait opens a page that waits for the approval.
func (h *house) wait(a client.Approval, attributes ...string) waiting {
	h.Helper()
	return h.show(browsertest.New(h.T), "en", h.markup(a, attributes...))
}

// tell has the sockets of the next page say one frame, whatever the server would.
func (h *house) tell(frame string) {
	h.page.script.Store(new(`window.WebSocket = class {
		constructor() { setTimeout(() => this.onmessage({ data: ` + quoted(frame) + ` })); }
		close() {}
	};`))
}

// wantEnd waits until the page was told this end, once.
func (w waiting) wantEnd(status, method string) {
	w.Helper()
	w.Until(`ends.length > 0 || (window.shown = ` + inside + `.querySelector("section").innerText, false)`)
	end := browsertest.Eval[struct{ Status, Method string }](w.Tab, `ends[0]`)
	if n := browsertest.Eval[int](w.Tab, `ends.length`); n != 1 || end.Status != status || end.Method != method {
		w.Errorf("the page was told %d ends, first %+v, want %s by %q", n, end, status, method)
	}
}

// said is what a person hears who does not see.
const said = "[aria-live=polite]"

func part(name string) string { return `[part~="` + name + `"]` }

func choice(method string) string { return `button[data-method="` + method + `"]` }

// inside is where the component draws.
const inside = `document.querySelector("jawort-wait").shadowRoot`

// focus is where the keyboard is: an id, or the method of a button.
func (w waiting) focus() string {
	w.Helper()
	return browsertest.Eval[string](w.Tab, `(() => { const e = `+inside+`.activeElement; return e ? e.id || e.dataset.method || e.tagName : ""; })()`)
}

// tabTo presses the tab key until the focus is there.
func (w waiting) tabTo(id string) {
	w.Helper()
	for range 20 {
		if w.focus() == id {
			return
		}
		w.Press("\t")
	}
	w.Fatalf("the tab key does not lead to %s", id)
}

// quoted is a value as JavaScript has it.
func quoted(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts cannot fail
	}
	return string(b)
}

// send types into the field of the panel and sends it.
func (w waiting) send(text string) {
	w.Helper()
	w.Wait("#field")
	w.Until(`!document.querySelector("jawort-wait").shadowRoot.querySelector("[aria-busy]")`)
	w.Type("#field", text)
	w.Press("\r")
}
