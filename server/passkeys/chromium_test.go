package passkeys_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge/browsertest"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// loginPage is what a login service has to write: ask for options, have the browser answer, send the answer.
const loginPage = `<!doctype html><title>Login</title><p></p><script>
	const say = (text) => { document.querySelector("p").textContent = text; };
	async function post(url, ticket, body) {
		const response = await fetch(url, { method: "POST", headers: { Authorization: "Bearer " + ticket, ...(body && { "Content-Type": "application/json" }) }, body: body && JSON.stringify(body) });
		return response.json();
	}
	async function register(approval, ticket) {
		const { options } = await post(approval + "/activations", ticket, { method: "passkey" });
		const credential = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
		return post(approval + "/activations/passkey", ticket, { credential });
	}
	async function confirm(approval, ticket) {
		const { options } = await post(approval + "/passkey/options", ticket);
		const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
		return post(approval + "/passkey", ticket, { credential });
	}
	const run = (f, ...args) => f(...args).then((a) => say(a.status + " by " + a.method), (e) => say(e.name));
</script>`

func TestAPersonRegistersAPasskeyInARealBrowserAndConfirmsTheNextLoginByIt(t *testing.T) {
	h := newHouse(t)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(loginPage))
	}))
	t.Cleanup(site.Close)
	origin := strings.Replace(site.URL, "127.0.0.1", "localhost", 1)
	h.SQL(`UPDATE applications SET rp_id = 'localhost', origins = '["` + origin + `"]'`)
	tab := browsertest.New(t)
	authenticator := tab.Authenticator()
	tab.Go(origin)
	run := func(what, path, ticket string) {
		t.Helper()
		args, err := json.Marshal([]string{h.URL + path, ticket})
		h.Must(err)
		browsertest.Eval[any](tab, fmt.Sprintf(`run(%s, ...%s)`, what, args))
	}

	p, ticket := h.Ask(approval.Context{Activate: &approval.Activate{Methods: []approval.Method{approval.MethodPasskey}, Required: 1}}, nil)
	run("register", "/v1/approvals/"+p.ID, ticket)
	tab.WantText("p", "approved by passkey")
	if n := authenticator.Passkeys(); n != 1 {
		t.Fatalf("the authenticator has %d passkeys", n)
	}

	path, ticket := ask(h)
	authenticator.Refuse(true)
	run("confirm", path, ticket)
	tab.WantText("p", "NotAllowedError")
	authenticator.Refuse(false)
	run("confirm", path, ticket)
	tab.WantText("p", "approved by passkey")
	o, err := h.Lasting.Outcome(t.Context(), strings.TrimPrefix(path, "/v1/approvals/"))
	if err != nil || o.Method != approval.MethodPasskey || o.Assertion == nil {
		t.Fatalf("outcome %+v, %v", o, err)
	}
	party, err := approval.NewRelyingParty("localhost", "Portal", []string{origin})
	h.Must(err)
	if err := party.VerifyPasskey(o.Assertion, *o.Signer, o.Account, o.Document); err != nil {
		t.Error(err)
	}
}
