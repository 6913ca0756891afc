package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// site serves one page on localhost, which browsers take for a secure place.
func site(t *testing.T, page string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/worker.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write([]byte(`addEventListener("push", (e) => e.waitUntil(self.clients.matchAll().then((all) => all.forEach((c) => c.postMessage(e.data.text())))))`))
			return
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
}

func TestAPersonReadsTypesAndClicksAlsoWithinComponents(t *testing.T) {
	t.Parallel()
	tab := browsertest.New(t)
	tab.Go(site(t, `<x-box></x-box><script>customElements.define("x-box", class extends HTMLElement {
		connectedCallback() {
			this.attachShadow({ mode: "open" }).innerHTML = "<input value=old><button>go</button><p></p>";
			const [input, button, p] = this.shadowRoot.children;
			button.onclick = () => { p.textContent = "got " + input.value; };
		}
	})</script>`))
	tab.Type("input", "new")
	tab.Click("button")
	tab.WantText("p", "got new")
}

func TestAnAuthenticatorMakesPasskeysUnlessItsPersonRefuses(t *testing.T) {
	t.Parallel()
	tab := browsertest.New(t)
	a := tab.Authenticator()
	tab.Go(site(t, `<p>hello</p>`))
	make := `navigator.credentials.create({ publicKey: { challenge: new Uint8Array(32), rp: { name: "x" }, user: { id: new Uint8Array(8), name: "n", displayName: "d" },
		pubKeyCredParams: [{ type: "public-key", alg: -7 }], authenticatorSelection: { userVerification: "required" } } }).then((c) => c.type, (e) => e.name)`
	if got := browsertest.Eval[string](tab, make); got != "public-key" || a.Passkeys() != 1 {
		t.Errorf("%s, %d passkeys", got, a.Passkeys())
	}
	a.Refuse(true)
	if got := browsertest.Eval[string](tab, make); got != "NotAllowedError" {
		t.Errorf("refused: %s", got)
	}
	a.Forget()
	if n := a.Passkeys(); n != 0 {
		t.Errorf("%d passkeys are left", n)
	}
}

func TestAPushReachesTheWorkerOfItsOrigin(t *testing.T) {
	t.Parallel()
	tab := browsertest.New(t)
	worker := tab.Worker()
	url := site(t, `<p></p><script>
		navigator.serviceWorker.onmessage = (m) => { document.querySelector("p").textContent = m.data; };
		navigator.serviceWorker.register("/worker.js").then(() => navigator.serviceWorker.ready).then(() => { location.hash = "ready"; });
	</script>`)
	tab.Go(url)
	tab.Until(`location.hash === "#ready"`)
	tab.Reload()
	tab.Until(`navigator.serviceWorker.controller !== null`)
	worker.Deliver(url, "wake up")
	tab.WantText("p", "wake up")
}

func TestATabWithoutNetworkReachesNothing(t *testing.T) {
	t.Parallel()
	tab := browsertest.New(t)
	tab.Go(site(t, `<p></p>`))
	reach := `fetch("/").then(() => "reached", () => "cut")`
	tab.Offline(true)
	if got := browsertest.Eval[string](tab, reach); got != "cut" {
		t.Error(got)
	}
	tab.Offline(false)
	if got := browsertest.Eval[string](tab, reach); got != "reached" {
		t.Error(got)
	}
}
