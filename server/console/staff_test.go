package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
)

// confirm answers the page that asks for a passkey, with all that it asks to be sent again.
func (p *person) confirm(address string, asked page) page {
	p.h.Helper()
	form := url.Values{"passkey": {p.answer(asked)}}
	for _, m := range hidden.FindAllStringSubmatch(asked.text, -1) {
		form.Add(unescaped(m[1]), unescaped(m[2]))
	}
	return p.post(address, form)
}

func TestAnAdministratorInvitesSomebodyWhoGetsInAndChangesAndEndsThem(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Administrator, "")
	ada.get("/console/operators/invite").want(http.StatusOK).says("all tenants")
	invited := ada.post("/console/operators/invite", url.Values{"name": {"Bo <script>"}, "role": {"support"}}).want(http.StatusOK)
	invited.says("Bo <script>", "shown only now").silent("<script>alert")
	if strings.Contains(invited.text, "<script>\"") || strings.Contains(invited.text, "Bo <script>") {
		t.Error("the name is not text")
	}
	link := strings.TrimPrefix(invited.found(`class="secret"[^>]*>([^<]+)<`), h.public)
	bo := h.stranger()
	bo.post(link, url.Values{"passkey": {bo.create(bo.get(link))}}).want(http.StatusSeeOther)
	bo.get("/console/operators").want(http.StatusForbidden)
	list := ada.get("/console/operators").want(http.StatusOK).says("Ada Lovelace", "Bo <script>", "support")
	one := "/console/operators/" + strings.TrimPrefix(list.found(`(opr_[a-z2-7]+)">Bo`), "/")
	ada.post(one+"/role", url.Values{"role": {"nonsense"}}).want(http.StatusUnprocessableEntity)
	ada.post(one+"/role", url.Values{"role": {"auditor"}}).want(http.StatusSeeOther)
	bo.get("/console/tenants").want(http.StatusSeeOther)
	bo.signIn().want(http.StatusSeeOther)
	bo.get("/console/operators").want(http.StatusOK)
	bo.post(one+"/role", url.Values{"role": {"administrator"}}).want(http.StatusForbidden)
	ada.post(one+"/end", nil).want(http.StatusSeeOther)
	bo.get("/console/tenants").want(http.StatusSeeOther)
	bo.signIn().want(http.StatusForbidden)
	ada.get(one).want(http.StatusOK).says("Ended on")
}

func TestTheLastAdministratorOfAllTenantsStays(t *testing.T) {
	h := newHouse(t)
	ada, bound := h.in(operator.Administrator, ""), h.in(operator.Administrator, h.tenant.ID)
	_, _ = h.invite("Not here yet", operator.Administrator, "")
	self := "/console/operators/" + ada.operator.ID
	ada.post(self+"/end", nil).want(http.StatusConflict).says("last administrator")
	ada.post(self+"/role", url.Values{"role": {"support"}}).want(http.StatusConflict).says("last administrator")
	bound.post(self+"/end", nil).want(http.StatusNotFound)
	ada.get("/console/tenants").want(http.StatusOK)
	bo := h.in(operator.Administrator, "")
	ada.post(self+"/end", nil).want(http.StatusSeeOther)
	ada.get("/console/tenants").want(http.StatusSeeOther)
	bo.post("/console/operators/"+bo.operator.ID+"/end", nil).want(http.StatusConflict)
	h.must(h.operators.End(t.Context(), bo.operator.ID, byCommand)) // who has the machine may
}

func TestAnAdministratorOfOneTenantHasItsOperatorsInHandAndNoOthers(t *testing.T) {
	h := newHouse(t)
	other := h.newTenant("Another AG")
	ada, foreign, head := h.in(operator.Administrator, h.tenant.ID), h.in(operator.Support, other.ID), h.in(operator.Administrator, "")
	ada.get("/console/operators").want(http.StatusOK).silent(foreign.operator.ID, head.operator.ID)
	for _, o := range []operator.Operator{foreign.operator, head.operator} {
		one := "/console/operators/" + o.ID
		ada.get(one).want(http.StatusNotFound)
		ada.post(one+"/end", nil).want(http.StatusNotFound)
		ada.post(one+"/role", url.Values{"role": {"auditor"}}).want(http.StatusNotFound)
	}
	invited := ada.post("/console/operators/invite", url.Values{"name": {"Eve"}, "role": {"administrator"}, "tenant": {other.ID}}).want(http.StatusOK)
	eve := h.stranger()
	link := strings.TrimPrefix(invited.found(`class="secret"[^>]*>([^<]+)<`), h.public)
	eve.post(link, url.Values{"passkey": {eve.create(eve.get(link).says(h.tenant.Name))}}).want(http.StatusSeeOther)
	eve.get("/console/tenants/" + other.ID).want(http.StatusNotFound)
	eve.get("/console/tenants/" + h.tenant.ID).want(http.StatusOK)
	foreign.get("/console/tenants").want(http.StatusSeeOther)
	foreign.get("/console/tenants/" + other.ID).want(http.StatusOK)
}

func TestAStepThatMattersTakesAPasskeysAnswerOfTheLastFiveMinutes(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Administrator, "")
	const invite = "/console/operators/invite"
	form := url.Values{"name": {`Bo "&<b>`}, "role": {"support"}}
	h.pass(operator.Fresh + 1)
	asked := ada.post(invite, form).want(http.StatusUnauthorized).says("Confirm that it is you")
	if n := h.count(`operators`); n != 1 {
		t.Fatalf("%d operators", n)
	}
	t.Run("the answer of another operator, another session or a sign-in does not do", func(t *testing.T) {
		eve, again := h.in(operator.Administrator, ""), *ada
		again.browser = h.browser()
		again.signIn().want(http.StatusSeeOther)
		stranger := h.stranger()
		before := h.count(`operators`)
		for name, answer := range map[string]string{
			"another operator's":   eve.answer(asked),
			"for another session":  ada.answer(again.staleStep(invite, form)),
			"of a sign-in":         ada.answer(stranger.get("/console/sign-in")),
			"what is no signature": "{}",
		} {
			got := ada.post(invite, url.Values{"name": {"Bo"}, "role": {"support"}, "passkey": {answer}})
			if got.status == http.StatusOK || h.count(`operators`) != before {
				t.Errorf("%s: %d", name, got.status)
			}
		}
	})
	ada.confirm(invite, ada.post(invite, form).want(http.StatusUnauthorized)).want(http.StatusOK).says(`Bo "&<b>`)
	ada.post(invite, form).want(http.StatusOK) // for five minutes
	h.pass(operator.Fresh + 1)
	ada.post(invite, form).want(http.StatusUnauthorized)
}

// staleStep is the page that asks the other session's operator.
func (p *person) staleStep(address string, form url.Values) page {
	p.h.Helper()
	p.h.sql(`UPDATE operator_sessions SET confirmed_at = 1`)
	return p.post(address, form).want(http.StatusUnauthorized)
}

func TestASecondPasskeySignsInAndTheFirstCanBeRemovedThen(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Auditor, "")
	ada.get("/console/passkeys").want(http.StatusOK).says("You have one passkey").silent("/remove")
	id := h.one(`SELECT id FROM operator_passkeys`)
	remove := "/console/passkeys/" + id + "/remove"
	ada.confirm(remove, ada.post(remove, nil).want(http.StatusUnauthorized)).want(http.StatusConflict).says("only passkey")
	old := ada.key
	asked := ada.confirm("/console/passkeys/new", ada.post("/console/passkeys/new", nil).want(http.StatusUnauthorized)).want(http.StatusOK)
	ada.post("/console/passkeys/new", nil).want(http.StatusUnauthorized)
	ada.post("/console/passkeys", url.Values{"passkey": {ada.create(asked)}}).want(http.StatusConflict) // the same key
	ada.key = newKey()
	made := url.Values{"passkey": {ada.create(asked)}}
	ada.post("/console/passkeys", made).want(http.StatusSeeOther)
	ada.post("/console/passkeys", made).want(http.StatusForbidden)
	elsewhere := *ada
	elsewhere.browser = h.browser()
	elsewhere.signIn().want(http.StatusSeeOther)
	ada.confirm(remove, ada.post(remove, nil).want(http.StatusUnauthorized)).want(http.StatusSeeOther)
	if to := elsewhere.get("/console/passkeys").to(); !strings.Contains(to, "sign-in") {
		t.Errorf("another browser is still in: %q", to)
	}
	lost := *ada
	lost.browser, lost.key = h.browser(), old
	lost.signIn().want(http.StatusForbidden)
	ada.signIn().want(http.StatusSeeOther)
	eve := h.in(operator.Administrator, "")
	theirs := "/console/passkeys/" + h.one(`SELECT id FROM operator_passkeys WHERE operator = $1`, ada.operator.ID) + "/remove"
	eve.confirm(theirs, eve.post(theirs, nil).want(http.StatusUnauthorized)).want(http.StatusNotFound)
}
