package journeys_test

import (
	"fmt"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

// detector stands in for a browser's own reader of codes, as the Barcode Detection API has it. It sees a code in the third picture.
const detector = `self.pictures = 0;
self.BarcodeDetector = class {
	static async getSupportedFormats() { return %[1]s; }
	constructor({ formats }) {
		if (formats.length === 0 || formats.includes("unknown")) throw new TypeError("formats");
		this.knows = formats.some((f) => %[1]s.includes(f));
	}
	async detect(source) {
		if (!(source instanceof HTMLVideoElement) || source.readyState < 2) throw new DOMException("no picture", "InvalidStateError");
		if (%[3]t) throw new DOMException("service unavailable", "NotSupportedError");
		if (!this.knows || ++pictures < 3) return [];
		const box = new DOMRectReadOnly(40, 40, 400, 400);
		return [{ boundingBox: box, cornerPoints: [], format: "qr_code", rawValue: %[2]q }];
	}
}`

// loaded tells whether the page has loaded the reader that the app brings along.
const loaded = `performance.getEntriesByType("resource").some((e) => e.name.endsWith("/jsQR.js"))`

func TestABrowsersOwnReaderOfCodesIsUsedWhereItKnowsThem(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		formats        string
		broken, loaded bool
	}{
		"it reads them":            {`["ean_13", "qr_code"]`, false, false},
		"it reads others":          {`["ean_13"]`, false, true},
		"it reads nothing":         {`[]`, false, true},
		"it fails at the pictures": {`["qr_code"]`, true, true},
	} {
		p := h.newPhone("Ada")
		e := h.link(login)
		p.Before(cameraShowing(e.QR))
		p.Before(fmt.Sprintf(detector, c.formats, e.Link, c.broken))
		p.Go(h.url + "/#/add")
		p.Click(".scan")
		p.register()
		if got := browsertest.Eval[bool](p.Tab, loaded); got != c.loaded {
			t.Errorf("%s: the app's own reader was loaded: %t", name, got)
		}
		if !c.loaded {
			p.Until(`pictures === 3`)
		}
		h.confirm(e, p.digits())
		p.Heading("This phone is ready")
	}
}
