package console_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
)

// formOf is what a browser would send of the form that saves: each field as it stands there.
func (p page) formOf() url.Values {
	form := url.Values{"seen": {p.found(`name="seen" value="([^"]*)"`)}}
	return form
}

func with(form url.Values, more ...string) url.Values {
	for i := 0; i < len(more); i += 2 {
		form.Add(more[i], more[i+1])
	}
	return form
}

var customers = []string{"name", "Customers", "interval.min", "0", "interval.max", "7", "interval.default", "1", "sharing", "allowed", "deny", "all", "first_binding", "none",
	"sms.switch", "account", "sms.payer", "account", "activation.required", "1", "activation.recommended", "2"}

func TestATenantIsSetUpWithoutACommandLine(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Administrator, "")
	base := ada.post("/console/new-tenant", url.Values{"name": {"Verlag <b>"}}).want(http.StatusSeeOther).to()
	base, _, _ = strings.Cut(base, "?")
	ada.get(base).want(http.StatusOK).says("Verlag <b>")
	app := ada.post(base+"/applications/new", with(url.Values{}, "name", "Portal", "origins", "https://login.example\r\nhttps://www.example\r\n", "rp_id", "login.example",
		"preset", "standard", "match.kind", "enter", "match.digits", "2", "offline", "refused", "totp_skew", "1")).want(http.StatusSeeOther).to()
	app, _, _ = strings.Cut(app, "?")
	ada.get(app).want(http.StatusOK).says("Portal", "https://www.example", "There is no key yet.")
	made := ada.post(app+"/keys", url.Values{"scopes": {"login", "admin"}}).want(http.StatusOK).says("shown only now")
	key := made.found(`(jw_[A-Za-z0-9_-]{43})`)
	ada.get(app).want(http.StatusOK).silent(key).says("login, admin")
	if got := h.call(key); got != http.StatusNotFound {
		t.Errorf("the key got %d", got)
	}
	revoke := ada.get(app).found(`href="([^"]*/keys/key_[^"]*/revoke)"`)
	ada.get(revoke).want(http.StatusOK).says("Whoever calls with it is refused")
	ada.post(revoke, nil).want(http.StatusSeeOther)
	if got := h.call(key); got != http.StatusUnauthorized {
		t.Errorf("the revoked key got %d", got)
	}
	ada.get(app+"/revoke").want(http.StatusOK).says("Portal", "API keys in use: 0")
	ada.post(app+"/revoke", nil).want(http.StatusSeeOther)
	ada.get(app).want(http.StatusOK).says("Revoked on").silent("Create a key")
	ada.post(app+"/keys", url.Values{"scopes": {"login"}}).want(http.StatusNotFound)
	ada.get(base+"/revoke").want(http.StatusOK).says("Verlag <b>", "Everything")
	ada.post(base+"/revoke", nil).want(http.StatusSeeOther)
	ada.get(base).want(http.StatusOK).says("Revoked on")
	ada.post(base+"/settings", url.Values{"name": {"Again"}}).want(http.StatusNotFound)
	for _, kind := range []string{"tenant.created", "application.created", "key.created", "key.revoked", "application.revoked", "tenant.revoked"} {
		if n := h.byOperator(kind, ada.operator.ID); n != 1 {
			t.Errorf("%s by her is recorded %d times", kind, n)
		}
	}
}

// call asks for an account that there is not.
func (h *house) call(key string) int {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodGet, h.url+"/v1/accounts/nobody", nil)
	h.must(err)
	r.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(r)
	h.must(err)
	h.must(resp.Body.Close())
	return resp.StatusCode
}

// byOperator counts what is recorded of a kind as the operator's doing.
func (h *house) byOperator(kind, id string) int {
	h.Helper()
	return h.count(`(SELECT kind FROM outbox WHERE sequenced_at = 0 AND kind = $1 AND actor_kind = 'operator' AND actor = $2
		UNION ALL SELECT kind FROM audit_entries WHERE kind = $1 AND actor = 'operator:' || $2) AS theirs`, kind, id)
}

func TestPolicyIsEditedBesideWhatItWouldChangeAndByTheRulesOfTheFile(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Administrator, h.tenant.ID)
	base := "/console/tenants/" + h.tenant.ID
	ada.post(base+"/applications/new", with(url.Values{}, "name", "Portal", "origins", "https://login.example", "preset", "standard", "offline", "refused", "totp_skew", "1")).want(http.StatusSeeOther)
	group := ada.post(base+"/groups/new", with(url.Values{}, customers...)).want(http.StatusSeeOther).to()
	group, _, _ = strings.Cut(group, "?")
	shown := ada.get(group).want(http.StatusOK).says("Customers", "Must confirm from: Portal")
	t.Run("trying shows what would change and changes nothing", func(t *testing.T) {
		form := with(shown.formOf(), customers...)
		form.Set("interval.max", "3")
		form.Set("enforced_from[Portal]", "2027-02-03")
		ada.post(group+"/try", form).want(http.StatusOK).says("interval.max", "7 → 3", "enforced_from.Portal", "With the 0 logins")
		ada.get(group).silent("2027-02-03")
	})
	t.Run("what cannot be is marked and changes nothing", func(t *testing.T) {
		for field, value := range map[string]string{"interval.default": "9", "interval.min": "8", "activation.required": "many", "sharing": "perhaps", "enforced_from[Portal]": "soon", "methods": "pigeon", "name": ""} {
			form := with(shown.formOf(), customers...)
			form.Set(field, value)
			for _, path := range []string{group, group + "/try"} {
				if got := ada.post(path, form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.text, "This does not fit.") {
					t.Errorf("%s = %q at %s: %d %s", field, value, path, got.status, got.text)
				}
			}
		}
		ada.get(group).says("Customers")
	})
	t.Run("who saves last what somebody else has changed is told", func(t *testing.T) {
		first, second := with(ada.get(group).formOf(), customers...), with(ada.get(group).formOf(), customers...)
		first.Set("interval.default", "2")
		ada.post(group, first).want(http.StatusSeeOther)
		ada.post(group, second).want(http.StatusConflict).says("Somebody else has changed")
		ada.get(group).found(`(<option value="2" selected>)`)
	})
	t.Run("two groups are not called the same", func(t *testing.T) {
		ada.post(base+"/groups/new", with(url.Values{}, customers...)).want(http.StatusUnprocessableEntity).says("This does not fit.")
	})
	t.Run("a new name keeps what goes by it", func(t *testing.T) {
		form := with(ada.get(group).formOf(), customers...)
		form.Set("name", "Clients <script>")
		ada.post(group, form).want(http.StatusSeeOther)
		if got := ada.get(group).says("Clients <script>"); strings.Contains(got.text, "Clients <script>") {
			t.Error("the name is not text")
		}
	})
	t.Run("settings of the tenant", func(t *testing.T) {
		ada := h.in(operator.Administrator, "")
		form := with(ada.get(base+"/settings").formOf(), "name", "Muster GmbH", "language", "de", "time_zone", "Europe/Berlin", "region", "DE", "notify", "a@example.org\r\nb@example.org",
			"retention.outcomes", "24", "retention.personal_data", "0", "support.de", "Rufen Sie an")
		ada.post(base+"/settings", form).want(http.StatusSeeOther)
		ada.get(base+"/settings").want(http.StatusOK).says("Europe/Berlin", "b@example.org", "Rufen Sie an")
		for field, value := range map[string]string{"time_zone": "Local", "region": "Germany", "notify": "nobody", "retention.outcomes": "500", "language": "fr", "name": "ten_x"} {
			again := with(ada.get(base+"/settings").formOf(), "name", "Muster GmbH", "language", "de", "time_zone", "Europe/Berlin")
			again.Set(field, value)
			ada.post(base+"/settings", again).want(http.StatusUnprocessableEntity)
		}
	})
	t.Run("an auditor reads it", func(t *testing.T) {
		eve := h.in(operator.Auditor, h.tenant.ID)
		eve.get(group).want(http.StatusOK).says("Clients <script>", "<fieldset disabled>").silent("Save")
	})
}

func TestATenantsNameIsItsOwnAndNotForItsAdministratorToSay(t *testing.T) {
	h := newHouse(t)
	h.newTenant("Victim AG")
	head, bound := h.in(operator.Administrator, ""), h.in(operator.Administrator, h.tenant.ID)
	settings := "/console/tenants/" + h.tenant.ID + "/settings"
	head.post(settings, with(head.get(settings).formOf(), "name", "Victim AG", "language", "de")).want(http.StatusUnprocessableEntity).says("This does not fit.")
	head.post("/console/new-tenant", url.Values{"name": {"Victim AG"}}).want(http.StatusConflict).says("There is a tenant of this name already.")
	bound.get(settings).want(http.StatusOK).says("Only operators of all tenants change it.", "readonly")
	for _, name := range []string{"Victim AG", "Another name", ""} {
		bound.post(settings, with(bound.get(settings).formOf(), "name", name, "language", "en")).want(http.StatusSeeOther)
	}
	if n := h.count(`tenants WHERE name = $1`, h.tenant.Name); n != 1 {
		t.Error("the tenant was renamed")
	}
	head.post(settings, with(head.get(settings).formOf(), "name", "Muster GmbH", "language", "de")).want(http.StatusSeeOther)
}

func TestAPageAfterWhatIsNoTextIsNotThere(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Administrator, "")
	for _, path := range []string{"/console/tenants", "/console/operators"} {
		for _, after := range []string{"%00", "%ff"} {
			ada.get(path + "?after=" + after).want(http.StatusNotFound)
		}
	}
}

func TestAFormThatIsShownAgainForAKeyStillKnowsWhatItShowed(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Administrator, h.tenant.ID)
	form := func(name string) url.Values {
		return with(url.Values{}, "name", name, "origins", "https://login.example", "preset", "standard", "offline", "refused", "totp_skew", "1")
	}
	app, _, _ := strings.Cut(ada.post("/console/tenants/"+h.tenant.ID+"/applications/new", form("Portal")).want(http.StatusSeeOther).to(), "?")
	again := ada.post(app+"/keys", nil).want(http.StatusUnprocessableEntity)
	ada.post(app, form("A colleague's")).want(http.StatusSeeOther)
	mine := form("Mine")
	mine.Set("seen", again.found(`name="seen" value="([^"]*)"`))
	ada.post(app, mine).want(http.StatusConflict).says("Somebody else has changed")
}

func TestAListThatIsSentBrokenIsNotReadAsFarAsItGoes(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Administrator, h.tenant.ID)
	base := "/console/tenants/" + h.tenant.ID + "/import"
	plan := ada.upload(base, "account;label\n4711;Office\n").want(http.StatusOK)
	form := url.Values{"list": {plan.found(`name="list" value="([^"]*)"`)}, "agreed": {plan.found(`name="agreed" value="([^"]*)"`)}}.Encode()
	ada.send(http.MethodPost, base+"/apply", strings.NewReader(form+"&rest=%z")).want(http.StatusBadRequest)
	if n := h.count(`accounts WHERE tenant = $1`, h.tenant.ID); n != 0 {
		t.Errorf("%d accounts", n)
	}
}

// upload sends a list.
func (p *person) upload(path, list string) page {
	p.h.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("table", "accounts.csv")
	p.h.must(err)
	_, err = part.Write([]byte(list))
	p.h.must(err)
	p.h.must(w.Close())
	return p.send(http.MethodPost, path, &body, "Content-Type", w.FormDataContentType())
}

func TestAccountsAreImportedFromAListByTheRulesOfTheCommand(t *testing.T) {
	h := newHouse(t)
	other := h.newTenant("Another AG")
	ada := h.in(operator.Administrator, h.tenant.ID)
	base := "/console/tenants/" + h.tenant.ID + "/import"
	accounts := func() int { return h.count(`accounts WHERE tenant = $1`, h.tenant.ID) }
	ada.get(base).want(http.StatusOK).says("account; label; group")
	bad := ada.upload(base, "account;label;phone\n4711;<script>alert(1)</script>;12\n;x;\n").want(http.StatusUnprocessableEntity).says("Mistakes", "phone", "account")
	if strings.Contains(bad.text, "<script>alert") || strings.Contains(bad.text, `name="agreed"`) || accounts() != 0 {
		t.Errorf("%d accounts: %s", accounts(), bad.text)
	}
	plan := ada.upload(base, "account;label;phone\n4711;<script>alert(1)</script>;+49 171 5550123\n4712;Office;\n").want(http.StatusOK).says("What would change", "2").silent("<script>alert")
	if accounts() != 0 {
		t.Fatal("looking at it imported it")
	}
	form := url.Values{"list": {plan.found(`name="list" value="([^"]*)"`)}, "agreed": {plan.found(`name="agreed" value="([^"]*)"`)}}
	foreign := h.in(operator.Administrator, other.ID)
	foreign.post(base+"/apply", form).want(http.StatusNotFound)
	foreign.post("/console/tenants/"+other.ID+"/import/apply", with(url.Values{"list": form["list"]}, "agreed", "another plan")).want(http.StatusConflict)
	ada.post(base+"/apply", form).want(http.StatusSeeOther)
	if accounts() != 2 || h.count(`accounts WHERE tenant = $1`, other.ID) != 0 {
		t.Errorf("%d accounts", accounts())
	}
	ada.post(base+"/apply", form).want(http.StatusConflict).says("Somebody else has changed")
	ada.upload(base, "account;label;phone\n4711;<script>alert(1)</script>;+49 171 5550123\n4712;Office;\n").want(http.StatusOK).says("changes nothing")
	changed := ada.upload(base, "account;label;phone\n4711;Office North;\n").want(http.StatusOK).says("4711", "label", "phone")
	ada.post(base+"/apply", url.Values{"list": {changed.found(`name="list" value="([^"]*)"`)}, "agreed": {changed.found(`name="agreed" value="([^"]*)"`)}}).want(http.StatusSeeOther)
	if h.byOperator("account.created", ada.operator.ID) != 2 || h.byOperator("account.changed", ada.operator.ID) != 1 {
		t.Error("it is not recorded as hers")
	}
	if h.log.has("5550123") {
		t.Error("the log has a number")
	}
}

func TestAListMayBeLargeAndAnyOtherFormMayNot(t *testing.T) {
	h := newHouse(t)
	ada := h.in(operator.Administrator, h.tenant.ID)
	base := "/console/tenants/" + h.tenant.ID
	var list strings.Builder
	list.WriteString("account;label\n")
	for list.Len() < 300<<10 {
		list.WriteString("4711;" + strings.Repeat("x", 100) + "\n")
	}
	ada.upload(base+"/import", list.String()).want(http.StatusUnprocessableEntity).says("stands in line 2 already", "And ")
	ada.upload(base+"/import", strings.Repeat("x", 5<<20)).want(http.StatusRequestEntityTooLarge)
	ada.post(base+"/settings", url.Values{"name": {strings.Repeat("x", 100<<10)}}).want(http.StatusRequestEntityTooLarge)
}
