package firefoxtest

import "math"

// Click waits for an element, which must be enabled, and clicks it as a person does: where it is. Passkeys are only for
// pages that somebody has touched.
func (f *Firefox) Click(selector string) {
	f.Helper()
	f.Until(element(selector) + `?.checkVisibility() === true && ` + element(selector) + `.disabled !== true`)
	at := Eval[[2]float64](f, `((e) => {
		e.scrollIntoView({ block: "center", behavior: "instant" });
		const r = e.getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})(`+element(selector)+`)`)
	f.perform("pointer",
		object{"type": "pointerMove", "x": math.Floor(at[0]), "y": math.Floor(at[1])},
		object{"type": "pointerDown", "button": 0},
		object{"type": "pointerUp", "button": 0})
}

// Type clicks a field, and types into it.
func (f *Firefox) Type(selector, text string) {
	f.Helper()
	f.Click(selector)
	keys := make([]object, 0, 2*len(text))
	for _, r := range text {
		keys = append(keys, object{"type": "keyDown", "value": string(r)}, object{"type": "keyUp", "value": string(r)})
	}
	f.perform("key", keys...)
}

func (f *Firefox) perform(device string, actions ...object) {
	f.Helper()
	f.call("input.performActions", object{"context": f.tab, "actions": []object{{"type": device, "id": device, "actions": actions}}}, nil)
}
