package journeys_test

import (
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// otherToken puts a token into the place of the phone's that no key of the server made.
const otherToken = `new Promise((resolve) => {
	indexedDB.open("jawort").onsuccess = (e) => {
		const db = e.target.result;
		const t = db.transaction("kept", "readwrite");
		const s = t.objectStore("kept");
		s.get("token").onsuccess = (e) => s.put(e.target.result.replace(/\..*/, "." + "A".repeat(50)), "token");
		t.oncomplete = () => { db.close(); resolve(true); };
	};
})`

func TestAPhoneWhoseTokenIsOfAKeyThatIsGoneGetsAnother(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	_ = browsertest.Eval[bool](p.Tab, otherToken)
	p.Reload()
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}
