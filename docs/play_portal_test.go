package docs_test

import "github.com/jawort/jawort/client"

// playPortal sends somebody to the portal.
func (h *house) playPortal() {
	sessions, key, once := h.url+"/v1/portal-sessions", bearer(h.key), header("Idempotency-Key", "portal")
	_, err := h.client.CreatePortalSession(h.Context(), client.NewPortalSession{Account: "AB1234", ReturnURL: pageOrigin, Locale: "en", Page: "logins"})
	h.must(err)
	const body = `{"account":"AB1234","return_url":"` + pageOrigin + `/settings","locale":"de","page":"devices"}`
	first := h.read(h.say("201", "POST", sessions, body, key, once))
	if again := h.read(h.say("201", "POST", sessions, body, key, once)); again["url"] != first["url"] {
		h.Errorf("got %v, then %v", first, again)
	}
	h.say("422 idempotency-key-reused", "POST", sessions, `{"account":"AB1234","return_url":"`+pageOrigin+`"}`, key, once)
	h.say("422 return-url-not-allowed", "POST", sessions, `{"account":"AB1234","return_url":"https://elsewhere.example/"}`, key)
	h.say("404 unknown-account", "POST", sessions, `{"account":"nobody","return_url":"`+pageOrigin+`"}`, key)
}
