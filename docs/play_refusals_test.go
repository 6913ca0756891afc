package docs_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

const (
	cut        = `{"account":`
	unknown    = `{"nonsense":1}`
	wrongTypes = `{"code":1,"enrolment":1,"decision":1,"provider":1,"os_version":1,"label":1}`
)

var tooLong = `{"padding":"` + strings.Repeat("x", 70_000) + `"}`

// nowhere returns the address of the operation for something that does not exist.
func (o operation) nowhere() string {
	kind := map[string]string{"approvals": "apr_0", "enrolments": "enr_", "recoveries": "rec_", "devices": "dev_", "webhooks": "whk_", "deliveries": "whd_"}
	path := strings.NewReplacer("{external_id}", "nobody", "{enrolment}", "enr_"+strings.Repeat("a", 26)).Replace(o.path)
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if part == "{id}" {
			parts[i] = kind[parts[i-1]] + strings.Repeat("a", 26)
		}
	}
	return strings.Join(parts, "/")
}

// playRefusals has every call refused in the ways that all calls of its kind share.
func (h *house) playRefusals(p *phone.Phone) {
	for _, o := range operationsOf(h.T, h.doc) {
		switch {
		case o.asksFor("apiKey"):
			h.refuseService(o)
		case o.asksFor("proof"):
			h.refusePhone(o, p)
		}
	}
	h.say("422 invalid-request", "POST", h.url+"/v1/approvals/apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa/resend", "", bearer(h.key), header("Idempotency-Key", strings.Repeat("x", 256)))
	h.say("404 unknown-account", "POST", h.url+"/v1/approvals", `{"account":"nobody","browser":{"ip":"203.0.113.9"}}`, bearer(h.key))
	h.say("404 unknown-account", "POST", h.url+"/v1/enrolments", `{"account":"nobody"}`, bearer(h.key))
	h.say("404 unknown-enrolment", "POST", h.url+"/v1/enrolments/enr_aaaaaaaaaaaaaaaaaaaaaaaaaa/confirm", `{"code":"123456"}`, bearer(h.key))
	h.playGone()
	for _, base := range []string{h.url, h.phone} {
		h.say("404 not-found", "GET", base+"/v1/nothing", "")
		h.say("405 method-not-allowed", "DELETE", base+"/v1/approvals", "")
	}
}

// playGone deletes an account whose login is about to activate a method.
func (h *house) playGone() {
	h.say("201", "PUT", h.url+"/v1/accounts/GONE1", `{}`, bearer(h.key))
	a, err := h.client.CreateApproval(h.Context(), client.Request{Account: "GONE1", Browser: client.Browser{IP: "203.0.113.9"}})
	h.must(err)
	h.say("204", "DELETE", h.url+"/v1/accounts/GONE1", "", bearer(h.key))
	h.say("409 method-not-active", "POST", h.url+"/v1/approvals/"+a.ID+"/activations/totp", `{"code":"042917"}`, bearer(h.key))
}

func (h *house) refuseService(o operation) {
	url, other := h.url+o.nowhere(), h.enrolKey
	if strings.HasPrefix(o.path, "/v1/enrolments") || strings.HasPrefix(o.path, "/v1/recoveries/") || strings.Contains(o.path, "/methods") || strings.HasSuffix(o.path, "/recovery-codes") {
		other = h.loginKey
	}
	h.say("401 unauthorized", o.method, url, "", bearer("jw_forged"))
	h.say("403 scope-missing", o.method, url, "", bearer(other))
	h.say("422 invalid-request", o.method, url, "", bearer(h.key), header("Jawort-Operator", strings.Repeat("x", 129)))
	if o.hasBody() {
		h.say("400 invalid-json", o.method, url, cut, bearer(h.key))
		h.say("400 incomplete-body", o.method, url, unknown, bearer(h.key), breaksOff)
		h.say("413 too-large", o.method, url, tooLong, bearer(h.key))
		h.say("415 unsupported-media-type", o.method, url, unknown, bearer(h.key), header("Content-Type", "text/plain"))
		h.say("422 invalid-request", o.method, url, unknown, bearer(h.key))
		return
	}
	if query := o.wrongQuery(); query != "" {
		h.say("422 invalid-request", o.method, url+query, "", bearer(h.key))
	}
	if o.Responses.Value("404") != nil {
		h.say("404 "+codesOf(o.Responses.Value("404").Value)[0], o.method, url+o.stranger(), "", bearer(h.key))
	}
}

// stranger asks in the query for somebody who does not exist, where that is how somebody is asked for.
func (o operation) stranger() string {
	if o.Parameters.GetByInAndName("query", "payer") == nil {
		return ""
	}
	return "?quarter=2026-Q1&payer=nobody"
}

// wrongQuery breaks a parameter of the query, if there is one.
func (o operation) wrongQuery() string {
	for _, p := range o.Parameters {
		if p.Value.In == "query" && p.Value.Schema.Value.Type.Is("integer") {
			return fmt.Sprintf("?%s=soon", p.Value.Name)
		}
	}
	return ""
}

func (h *house) refusePhone(o operation, p *phone.Phone) {
	ctx, path := h.Context(), o.nowhere()
	h.say("401 unauthorized", o.method, h.phone+path, "")
	p.Prover.Nonce = "old"
	h.refused("use_dpop_nonce", p.Call(ctx, h.phone, o.method, path, nil, nil))
	p.Prover = phone.Prover{}
	if o.hasBody() {
		h.refused("invalid-json", p.Call(ctx, h.phone, o.method, path, []byte(cut), nil))
		h.refused("incomplete-body", p.Call(breakingOff(ctx), h.phone, o.method, path, []byte(unknown), nil))
		h.refused("too-large", p.Call(ctx, h.phone, o.method, path, []byte(tooLong), nil))
		h.refused("unsupported-media-type", p.Call(ctx, h.phone, o.method, path, nil, nil))
		h.refused("invalid-request", p.Call(ctx, h.phone, o.method, path, []byte(wrongTypes), nil))
	}
	if query := o.wrongQuery(); query != "" {
		h.refused("invalid-request", p.Call(ctx, h.phone, o.method, path+query, nil, nil))
	}
	if o.Responses.Value("404") != nil {
		h.refused(codesOf(o.Responses.Value("404").Value)[0], p.Call(ctx, h.phone, o.method, path, wellFormed(o), nil))
	}
}

// wellFormed is a body about something that does not exist.
func wellFormed(o operation) any {
	if !o.hasBody() {
		return nil
	}
	return map[string]any{
		"code": "none", "enrolment": "enr_aaaaaaaaaaaaaaaaaaaaaaaaaa", "label": "label", "holder": "holder", "credential": struct{}{},
		"installation": map[string]any{"platform": "web", "os_version": "1", "screen_lock": true, "notifications": true},
	}
}

// playFaults has the database be another than ours, and then takes it away for good.
func (h *house) playFaults(p *phone.Phone) {
	h.pass(3 * time.Minute)
	a := h.ask()
	h.sql(`ALTER SCHEMA public RENAME TO elsewhere`)
	h.dial(a.Socket.URL, a.Socket.Ticket, pageOrigin)
	h.trouble("500", "internal", p)
	h.database.Kill(h.T)
	h.trouble("503", "unavailable", p)
}

// trouble wants every call to answer so that can.
func (h *house) trouble(status, code string, p *phone.Phone) {
	for _, o := range operationsOf(h.T, h.doc) {
		switch {
		case o.Responses.Value(status) == nil, o.OperationID == "openSocket":
		case o.OperationID == "takeTwilioReceipt":
			h.callBack(status+" "+code, "delivered")
		case o.face == loginFacing:
			h.say(status+" "+code, o.method, h.url+o.nowhere(), "", bearer(h.key))
		default:
			h.refused(code, p.Call(h.Context(), h.phone, o.method, o.nowhere(), wellFormed(o), nil))
		}
	}
}
