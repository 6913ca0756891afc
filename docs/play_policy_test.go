package docs_test

// playPolicy asks what the rules say.
func (h *house) playPolicy() {
	explain, dryRun := h.url+"/v1/policy/explain", h.url+"/v1/policy/dry-run"
	h.say("200", "POST", explain, `{"account":"AB1234","browser":{"ip":"203.0.113.9","user_agent":"Mozilla/5.0"},"remember":true}`, bearer(h.key))
	h.say("200", "POST", explain, `{"account":"AB1234","kind":"transaction"}`, bearer(h.key))
	h.say("404 unknown-account", "POST", explain, `{"account":"nobody"}`, bearer(h.key))
	h.say("200", "POST", dryRun, `{"applications":{"Portal":{"preset":"aal2"}}}`, bearer(h.key))
	h.say("422 invalid-request", "POST", dryRun, `{"groups":{"nobody":{"interval":{"min":0,"max":1,"default":0}}}}`, bearer(h.key))
}
