package journeys_test

import (
	"fmt"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
)

// The app looks for news at once when the network comes or goes. Here it goes while the app is looking already, which must not make it deaf.
const (
	amidReading = `(() => {
		const get = IDBObjectStore.prototype.get;
		IDBObjectStore.prototype.get = function (name) {
			if (name === "token") { IDBObjectStore.prototype.get = get; dispatchEvent(new Event("offline")); self.nudged = true; }
			return get.call(this, name);
		};
		dispatchEvent(new Event("offline"));
		return true;
	})()`
	// The first proof is for what is asked already, the second for waiting.
	amidProving = `(() => {
		const sign = SubtleCrypto.prototype.sign;
		let looks = 0;
		SubtleCrypto.prototype.sign = function (how, key, data) {
			const claims = atob(new TextDecoder().decode(data).split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
			if (JSON.parse(claims).htu.endsWith("/v1/approvals") && ++looks === 2) { dispatchEvent(new Event("offline")); self.nudged = true; }
			return sign.call(this, how, key, data);
		};
		dispatchEvent(new Event("offline"));
		return true;
	})()`
)

func (p *phone) nudged(amid string) {
	p.Helper()
	_ = browsertest.Eval[bool](p.Tab, amid)
	p.Until(`self.nudged === true`)
}

func TestAPhoneThatWasNudgedBeforeItWasRegisteredIsAskedAtOnceAfterwards(t *testing.T) {
	h := newHouse(t)
	p := h.newPhone("Ada")
	e := h.link(login)
	p.Before(cameraShowing(e.QR))
	p.Before(fmt.Sprintf(detector, `["qr_code"]`, e.Link, false))
	p.Go(h.url + "/#/add")
	p.Wait(".scan")
	p.nudged(amidReading)
	p.Click(".scan")
	p.register()
	h.confirm(e, p.digits())
	p.Heading("This phone is ready")
	p.Click(".close")
	p.Wait("nav")
	a := h.ask()
	p.number(a.Number)
	p.Heading("Confirmed")
	h.want(a, client.Approved)
}

func TestAPhoneThatWasNudgedWhileItBeganToWaitHearsTheNextNudge(t *testing.T) {
	h := newHouse(t)
	p := h.enrolled("Ada")
	p.Heading("Your logins")
	p.nudged(amidProving)
	_ = browsertest.Eval[bool](p.Tab, databaseGone+`.then(() => dispatchEvent(new Event("offline")))`)
	p.WantText(".banner", "Your logins are no longer on this phone")
}
