package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
)

// confirm answers the page that asks for a passkey, with all that it asks to be sent again.
func confirm(p *consoletest.Person, address string, asked pagestest.Page) pagestest.Page {
	p.Helper()
	form := url.Values{"passkey": {p.Answer(asked)}}
	for _, m := range hidden.FindAllStringSubmatch(asked.Text, -1) {
		form.Add(unescaped(m[1]), unescaped(m[2]))
	}
	return p.Post(address, form)
}

func TestAnAdministratorInvitesSomebodyWhoGetsInAndChangesAndEndsThem(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, "")
	ada.Get("/console/operators/invite").Want(http.StatusOK).Says("all tenants")
	invited := ada.Post("/console/operators/invite", url.Values{"name": {"Bo <script>"}, "role": {"support"}}).Want(http.StatusOK)
	invited.Says("Bo <script>", "shown only now").Silent("<script>alert")
	if strings.Contains(invited.Text, "<script>\"") || strings.Contains(invited.Text, "Bo <script>") {
		t.Error("the name is not text")
	}
	link := strings.TrimPrefix(invited.Found(`class="secret"[^>]*>([^<]+)<`), h.Public)
	bo := h.Stranger()
	bo.Post(link, url.Values{"passkey": {bo.Create(bo.Get(link))}}).Want(http.StatusSeeOther)
	bo.Get("/console/operators").Want(http.StatusForbidden)
	list := ada.Get("/console/operators").Want(http.StatusOK).Says("Ada Lovelace", "Bo <script>", "support")
	one := "/console/operators/" + strings.TrimPrefix(list.Found(`(opr_[a-z2-7]+)">Bo`), "/")
	ada.Post(one+"/role", url.Values{"role": {"nonsense"}}).Want(http.StatusUnprocessableEntity)
	ada.Post(one+"/role", url.Values{"role": {"auditor"}}).Want(http.StatusSeeOther)
	bo.Get("/console/tenants").Want(http.StatusSeeOther)
	bo.SignIn().Want(http.StatusSeeOther)
	bo.Get("/console/operators").Want(http.StatusOK)
	bo.Post(one+"/role", url.Values{"role": {"administrator"}}).Want(http.StatusForbidden)
	ada.Post(one+"/end", nil).Want(http.StatusSeeOther)
	bo.Get("/console/tenants").Want(http.StatusSeeOther)
	bo.SignIn().Want(http.StatusForbidden)
	ada.Get(one).Want(http.StatusOK).Says("Ended on")
}

func TestTheLastAdministratorOfAllTenantsStays(t *testing.T) {
	h := newHouse(t)
	ada, bound := h.In(operator.Administrator, ""), h.In(operator.Administrator, h.Tenant.ID)
	_, _ = h.Invite("Not here yet", operator.Administrator, "")
	self := "/console/operators/" + ada.Operator.ID
	ada.Post(self+"/end", nil).Want(http.StatusConflict).Says("last administrator")
	ada.Post(self+"/role", url.Values{"role": {"support"}}).Want(http.StatusConflict).Says("last administrator")
	bound.Post(self+"/end", nil).Want(http.StatusNotFound)
	ada.Get("/console/tenants").Want(http.StatusOK)
	bo := h.In(operator.Administrator, "")
	ada.Post(self+"/end", nil).Want(http.StatusSeeOther)
	ada.Get("/console/tenants").Want(http.StatusSeeOther)
	bo.Post("/console/operators/"+bo.Operator.ID+"/end", nil).Want(http.StatusConflict)
	h.Must(h.Operators.End(t.Context(), bo.Operator.ID, consoletest.ByCommand)) // who has the machine may
}

func TestAnAdministratorOfOneTenantHasItsOperatorsInHandAndNoOthers(t *testing.T) {
	h := newHouse(t)
	other := h.newTenant("Another AG")
	ada, foreign, head := h.In(operator.Administrator, h.Tenant.ID), h.In(operator.Support, other.ID), h.In(operator.Administrator, "")
	ada.Get("/console/operators").Want(http.StatusOK).Silent(foreign.Operator.ID, head.Operator.ID)
	for _, o := range []operator.Operator{foreign.Operator, head.Operator} {
		one := "/console/operators/" + o.ID
		ada.Get(one).Want(http.StatusNotFound)
		ada.Post(one+"/end", nil).Want(http.StatusNotFound)
		ada.Post(one+"/role", url.Values{"role": {"auditor"}}).Want(http.StatusNotFound)
	}
	invited := ada.Post("/console/operators/invite", url.Values{"name": {"Eve"}, "role": {"administrator"}, "tenant": {other.ID}}).Want(http.StatusOK)
	eve := h.Stranger()
	link := strings.TrimPrefix(invited.Found(`class="secret"[^>]*>([^<]+)<`), h.Public)
	eve.Post(link, url.Values{"passkey": {eve.Create(eve.Get(link).Says(h.Tenant.Name))}}).Want(http.StatusSeeOther)
	eve.Get("/console/tenants/" + other.ID).Want(http.StatusNotFound)
	eve.Get("/console/tenants/" + h.Tenant.ID).Want(http.StatusOK)
	foreign.Get("/console/tenants").Want(http.StatusSeeOther)
	foreign.Get("/console/tenants/" + other.ID).Want(http.StatusOK)
}

func TestNobodyGetsInByAnInvitationOfAnAdministratorWhoWasEndedOrDemotedSince(t *testing.T) {
	h := newHouse(t)
	bo := h.In(operator.Administrator, "")
	for change, form := range map[string]url.Values{"/end": nil, "/role": {"role": {"support"}}} {
		ada, eve := h.In(operator.Administrator, ""), h.Stranger()
		invited := ada.Post("/console/operators/invite", url.Values{"name": {"Ada again"}, "role": {"administrator"}}).Want(http.StatusOK)
		link := strings.TrimPrefix(invited.Found(`class="secret"[^>]*>([^<]+)<`), h.Public)
		made := url.Values{"passkey": {eve.Create(eve.Get(link).Want(http.StatusOK))}}
		bo.Post("/console/operators/"+ada.Operator.ID+change, form).Want(http.StatusSeeOther)
		eve.Post(link, made).Want(http.StatusGone)
		eve.Get(link).Want(http.StatusGone).Silent("Ada")
		again := h.One(`SELECT id FROM operators WHERE invited_by = $1`, ada.Operator.ID)
		bo.Get("/console/operators/" + again).Want(http.StatusOK).Says("Ended on")
	}
}

func TestAStepThatMattersTakesAPasskeysAnswerOfTheLastFiveMinutes(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, "")
	const invite = "/console/operators/invite"
	form := url.Values{"name": {`Bo "&<b>`}, "role": {"support"}}
	h.Pass(operator.Fresh + 1)
	asked := ada.Post(invite, form).Want(http.StatusUnauthorized).Says("Confirm that it is you")
	if n := h.Count(`operators`); n != 1 {
		t.Fatalf("%d operators", n)
	}
	t.Run("the answer of another operator, another session or a sign-in does not do", func(t *testing.T) {
		eve, again := h.In(operator.Administrator, ""), *ada
		again.Browser = h.Browser()
		again.SignIn().Want(http.StatusSeeOther)
		stranger := h.Stranger()
		before := h.Count(`operators`)
		for name, answer := range map[string]string{
			"another operator's":   eve.Answer(asked),
			"for another session":  ada.Answer(staleStep(&again, invite, form)),
			"of a sign-in":         ada.Answer(stranger.Get("/console/sign-in")),
			"what is no signature": "{}",
		} {
			got := ada.Post(invite, url.Values{"name": {"Bo"}, "role": {"support"}, "passkey": {answer}})
			if got.Status == http.StatusOK || h.Count(`operators`) != before {
				t.Errorf("%s: %d", name, got.Status)
			}
		}
	})
	confirm(ada, invite, ada.Post(invite, form).Want(http.StatusUnauthorized)).Want(http.StatusOK).Says(`Bo "&<b>`)
	ada.Post(invite, form).Want(http.StatusOK) // for five minutes
	h.Pass(operator.Fresh + 1)
	ada.Post(invite, form).Want(http.StatusUnauthorized)
}

// staleStep is the page that asks the other session's operator.
func staleStep(p *consoletest.Person, address string, form url.Values) pagestest.Page {
	p.Helper()
	p.House.SQL(`UPDATE operator_sessions SET confirmed_at = 1`)
	return p.Post(address, form).Want(http.StatusUnauthorized)
}

func TestASecondPasskeySignsInAndTheFirstCanBeRemovedThen(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Auditor, "")
	ada.Get("/console/passkeys").Want(http.StatusOK).Says("You have one passkey").Silent("/remove")
	id := h.One(`SELECT id FROM operator_passkeys`)
	remove := "/console/passkeys/" + id + "/remove"
	confirm(ada, remove, ada.Post(remove, nil).Want(http.StatusUnauthorized)).Want(http.StatusConflict).Says("only passkey")
	old := ada.Key
	asked := confirm(ada, "/console/passkeys/new", ada.Post("/console/passkeys/new", nil).Want(http.StatusUnauthorized)).Want(http.StatusOK)
	ada.Post("/console/passkeys/new", nil).Want(http.StatusUnauthorized)
	ada.Post("/console/passkeys", url.Values{"passkey": {ada.Create(asked)}}).Want(http.StatusConflict) // the same key
	ada.Key = consoletest.NewKey()
	made := url.Values{"passkey": {ada.Create(asked)}}
	ada.Post("/console/passkeys", made).Want(http.StatusSeeOther)
	ada.Post("/console/passkeys", made).Want(http.StatusForbidden)
	elsewhere := *ada
	elsewhere.Browser = h.Browser()
	elsewhere.SignIn().Want(http.StatusSeeOther)
	confirm(ada, remove, ada.Post(remove, nil).Want(http.StatusUnauthorized)).Want(http.StatusSeeOther)
	if to := elsewhere.Get("/console/passkeys").To(); !strings.Contains(to, "sign-in") {
		t.Errorf("another browser is still in: %q", to)
	}
	lost := *ada
	lost.Browser, lost.Key = h.Browser(), old
	lost.SignIn().Want(http.StatusForbidden)
	ada.SignIn().Want(http.StatusSeeOther)
	eve := h.In(operator.Administrator, "")
	theirs := "/console/passkeys/" + h.One(`SELECT id FROM operator_passkeys WHERE operator = $1`, ada.Operator.ID) + "/remove"
	confirm(eve, theirs, eve.Post(theirs, nil).Want(http.StatusUnauthorized)).Want(http.StatusNotFound)
}
