package console_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/server/console/consoletest"
	"github.com/jawort/jawort/server/pages/pagestest"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
)

// formOf is what a browser would send of the form that saves: each field as it stands there.
func formOf(p pagestest.Page) url.Values {
	form := url.Values{"seen": {p.Found(`name="seen" value="([^"]*)"`)}}
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
	ada := h.In(operator.Administrator, "")
	base := ada.Post("/console/new-tenant", url.Values{"name": {"Verlag <b>"}}).Want(http.StatusSeeOther).To()
	base, _, _ = strings.Cut(base, "?")
	ada.Get(base).Want(http.StatusOK).Says("Verlag <b>")
	app := ada.Post(base+"/applications/new", with(url.Values{}, "name", "Portal", "origins", "https://login.example\r\nhttps://www.example\r\n", "rp_id", "login.example",
		"preset", "standard", "match.kind", "enter", "match.digits", "2", "offline", "refused", "totp_skew", "1")).Want(http.StatusSeeOther).To()
	app, _, _ = strings.Cut(app, "?")
	ada.Get(app).Want(http.StatusOK).Says("Portal", "https://www.example", "There is no key yet.")
	made := ada.Post(app+"/keys", url.Values{"scopes": {"login", "admin"}}).Want(http.StatusOK).Says("shown only now")
	key := made.Found(`(jw_[A-Za-z0-9_-]{43})`)
	ada.Get(app).Want(http.StatusOK).Silent(key).Says("login, admin", "Last used", "never")
	if got := h.call(key); got != http.StatusNotFound {
		t.Errorf("the key got %d", got)
	}
	h.Must(h.Process.Lasting().KeyUsed(t.Context(), made.Found(`(key_[0-9a-zA-Z]+)`))) // as the request has it noted behind it
	ada.Get(app).Want(http.StatusOK).Says("(within the hour)").Silent("never")
	revoke := ada.Get(app).Found(`href="([^"]*/keys/key_[^"]*/revoke)"`)
	ada.Get(revoke).Want(http.StatusOK).Says("Whoever calls with it is refused")
	ada.Post(revoke, nil).Want(http.StatusSeeOther)
	if got := h.call(key); got != http.StatusUnauthorized {
		t.Errorf("the revoked key got %d", got)
	}
	ada.Get(app+"/revoke").Want(http.StatusOK).Says("Portal", "API keys in use: 0")
	ada.Post(app+"/revoke", nil).Want(http.StatusSeeOther)
	ada.Get(app).Want(http.StatusOK).Says("Revoked on").Silent("Create a key")
	ada.Post(app+"/keys", url.Values{"scopes": {"login"}}).Want(http.StatusNotFound)
	ada.Get(base+"/revoke").Want(http.StatusOK).Says("Verlag <b>", "Everything")
	ada.Post(base+"/revoke", nil).Want(http.StatusSeeOther)
	ada.Get(base).Want(http.StatusOK).Says("Revoked on")
	ada.Post(base+"/settings", url.Values{"name": {"Again"}}).Want(http.StatusNotFound)
	for _, kind := range []string{"tenant.created", "application.created", "key.created", "key.revoked", "application.revoked", "tenant.revoked"} {
		if n := h.byOperator(kind, ada.Operator.ID); n != 1 {
			t.Errorf("%s by her is recorded %d times", kind, n)
		}
	}
}

// call asks for an account that there is not.
func (h *house) call(key string) int {
	h.Helper()
	r, err := http.NewRequestWithContext(h.Context(), http.MethodGet, h.URL+"/v1/accounts/nobody", nil)
	h.Must(err)
	r.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(r)
	h.Must(err)
	h.Must(resp.Body.Close())
	return resp.StatusCode
}

// byOperator counts what is recorded of a kind as the operator's doing.
func (h *house) byOperator(kind, id string) int {
	h.Helper()
	return h.Count(`(SELECT kind FROM outbox WHERE sequenced_at = 0 AND kind = $1 AND actor_kind = 'operator' AND actor = $2
		UNION ALL SELECT kind FROM audit_entries WHERE kind = $1 AND actor = 'operator:' || $2) AS theirs`, kind, id)
}

func TestPolicyIsEditedBesideWhatItWouldChangeAndByTheRulesOfTheFile(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID
	ada.Post(base+"/applications/new", with(url.Values{}, "name", "Portal", "origins", "https://login.example", "preset", "standard", "offline", "refused", "totp_skew", "1")).Want(http.StatusSeeOther)
	group := ada.Post(base+"/groups/new", with(url.Values{}, customers...)).Want(http.StatusSeeOther).To()
	group, _, _ = strings.Cut(group, "?")
	shown := ada.Get(group).Want(http.StatusOK).Says("Customers", "Must confirm from: Portal")
	t.Run("trying shows what would change and changes nothing", func(t *testing.T) {
		form := with(formOf(shown), customers...)
		form.Set("interval.max", "3")
		form.Set("enforced_from[Portal]", "2027-02-03")
		ada.Post(group+"/try", form).Want(http.StatusOK).Says("Longest interval: 7 days → 3 days", "Must confirm from: Portal: – → 2027-02-03", "With the 0 logins").Silent("interval.max:")
		ada.Get(group).Silent("2027-02-03")
	})
	t.Run("what cannot be is marked and changes nothing", func(t *testing.T) {
		for field, value := range map[string]string{"interval.default": "9", "interval.min": "8", "activation.required": "many", "sharing": "perhaps", "enforced_from[Portal]": "soon", "methods": "pigeon", "name": ""} {
			form := with(formOf(shown), customers...)
			form.Set(field, value)
			for _, path := range []string{group, group + "/try"} {
				if got := ada.Post(path, form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Text, "This does not fit.") {
					t.Errorf("%s = %q at %s: %d %s", field, value, path, got.Status, got.Text)
				}
			}
		}
		ada.Get(group).Says("Customers")
	})
	t.Run("who saves last what somebody else has changed is told", func(t *testing.T) {
		first, second := with(formOf(ada.Get(group)), customers...), with(formOf(ada.Get(group)), customers...)
		first.Set("interval.default", "2")
		ada.Post(group, first).Want(http.StatusSeeOther)
		ada.Post(group, second).Want(http.StatusConflict).Says("Somebody else has changed")
		ada.Get(group).Found(`(<option value="2" selected>)`)
	})
	t.Run("two groups are not called the same", func(t *testing.T) {
		ada.Post(base+"/groups/new", with(url.Values{}, customers...)).Want(http.StatusUnprocessableEntity).Says("This does not fit.")
	})
	t.Run("a new name keeps what goes by it", func(t *testing.T) {
		form := with(formOf(ada.Get(group)), customers...)
		form.Set("name", "Clients <script>")
		ada.Post(group, form).Want(http.StatusSeeOther)
		if got := ada.Get(group).Says("Clients <script>"); strings.Contains(got.Text, "Clients <script>") {
			t.Error("the name is not text")
		}
	})
	t.Run("settings of the tenant", func(t *testing.T) {
		ada := h.In(operator.Administrator, "")
		form := with(formOf(ada.Get(base+"/settings")), "name", "Muster GmbH", "language", "de", "time_zone", "Europe/Berlin", "region", "DE", "notify", "a@example.org\r\nb@example.org",
			"retention.outcomes", "24", "retention.personal_data", "0", "support.de", "Rufen Sie an")
		ada.Post(base+"/settings", form).Want(http.StatusSeeOther)
		ada.Get(base+"/settings").Want(http.StatusOK).Says("Europe/Berlin", "b@example.org", "Rufen Sie an")
		for field, value := range map[string]string{"time_zone": "Local", "region": "Germany", "notify": "nobody", "retention.outcomes": "500", "language": "fr", "name": "ten_x"} {
			again := with(formOf(ada.Get(base+"/settings")), "name", "Muster GmbH", "language", "de", "time_zone", "Europe/Berlin")
			again.Set(field, value)
			ada.Post(base+"/settings", again).Want(http.StatusUnprocessableEntity)
		}
	})
	t.Run("an auditor reads it", func(t *testing.T) {
		eve := h.In(operator.Auditor, h.Tenant.ID)
		eve.Get(group).Want(http.StatusOK).Says("Clients <script>", "<fieldset disabled>").Silent("Save")
	})
}

func TestAGroupIsDeletedOnAPageThatSaysWhatStandsInTheWay(t *testing.T) {
	h := newHouse(t)
	ada, eve := h.In(operator.Administrator, h.Tenant.ID), h.In(operator.Auditor, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID
	group, _, _ := strings.Cut(ada.Post(base+"/groups/new", with(url.Values{}, customers...)).Want(http.StatusSeeOther).To(), "?")
	ada.Post(base+"/import/apply", planned(ada, base+"/import", "account;group\n4711;Customers\n")).Want(http.StatusSeeOther)

	remove := ada.Get(group).Want(http.StatusOK).Found(`href="([^"]*/delete)"`)
	ada.Get(remove).Want(http.StatusOK).Says("Customers", "Accounts in it: 1.").Silent("cannot be undone", `<button class="danger">`)
	ada.Post(remove, nil).Want(http.StatusConflict).Says("There are accounts in the group")
	eve.Get(group).Want(http.StatusOK).Silent("Delete this group")
	eve.Get(remove).Want(http.StatusForbidden)
	eve.Post(remove, nil).Want(http.StatusForbidden)
	other := h.newTenant("Another AG")
	h.In(operator.Administrator, other.ID).Post(remove, nil).Want(http.StatusNotFound)
	h.In(operator.Administrator, "").Post(strings.Replace(remove, h.Tenant.ID, other.ID, 1), nil).Want(http.StatusNotFound)

	ada.Post(base+"/import/apply", planned(ada, base+"/import", "account;group\n4711;\n")).Want(http.StatusSeeOther)
	ada.Get(remove).Want(http.StatusOK).Says("There is no account in the group.")
	ada.Post(remove, nil).Want(http.StatusSeeOther)
	ada.Get(group).Want(http.StatusNotFound)
	ada.Get(base + "/groups").Want(http.StatusOK).Silent("Customers")
	ada.Post(remove, nil).Want(http.StatusNotFound)
	if n := h.byOperator("group.deleted", ada.Operator.ID); n != 1 {
		t.Errorf("group.deleted by her is recorded %d times", n)
	}
}

func TestATenantsNameIsItsOwnAndNotForItsAdministratorToSay(t *testing.T) {
	h := newHouse(t)
	h.newTenant("Victim AG")
	head, bound := h.In(operator.Administrator, ""), h.In(operator.Administrator, h.Tenant.ID)
	settings := "/console/tenants/" + h.Tenant.ID + "/settings"
	head.Post(settings, with(formOf(head.Get(settings)), "name", "Victim AG", "language", "de")).Want(http.StatusUnprocessableEntity).Says("This does not fit.")
	head.Post("/console/new-tenant", url.Values{"name": {"Victim AG"}}).Want(http.StatusConflict).Says("There is a tenant of this name already.")
	bound.Get(settings).Want(http.StatusOK).Says("Only operators of all tenants change it.", "readonly")
	for _, name := range []string{"Victim AG", "Another name", ""} {
		bound.Post(settings, with(formOf(bound.Get(settings)), "name", name, "language", "en")).Want(http.StatusSeeOther)
	}
	if n := h.Count(`tenants WHERE name = $1`, h.Tenant.Name); n != 1 {
		t.Error("the tenant was renamed")
	}
	head.Post(settings, with(formOf(head.Get(settings)), "name", "Muster GmbH", "language", "de")).Want(http.StatusSeeOther)
}

func TestAFormThatIsShownAgainForAKeyStillKnowsWhatItShowed(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, h.Tenant.ID)
	form := func(name string) url.Values {
		return with(url.Values{}, "name", name, "origins", "https://login.example", "preset", "standard", "offline", "refused", "totp_skew", "1")
	}
	app, _, _ := strings.Cut(ada.Post("/console/tenants/"+h.Tenant.ID+"/applications/new", form("Portal")).Want(http.StatusSeeOther).To(), "?")
	again := ada.Post(app+"/keys", nil).Want(http.StatusUnprocessableEntity)
	ada.Post(app, form("A colleague's")).Want(http.StatusSeeOther)
	mine := form("Mine")
	mine.Set("seen", again.Found(`name="seen" value="([^"]*)"`))
	ada.Post(app, mine).Want(http.StatusConflict).Says("Somebody else has changed")
}

func TestAListThatIsSentBrokenIsNotReadAsFarAsItGoes(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID + "/import"
	plan := upload(ada, base, "account;label\n4711;Office\n").Want(http.StatusOK)
	form := url.Values{"list": {plan.Found(`name="list" value="([^"]*)"`)}, "agreed": {plan.Found(`name="agreed" value="([^"]*)"`)}}.Encode()
	ada.Send(http.MethodPost, base+"/apply", strings.NewReader(form+"&rest=%z")).Want(http.StatusBadRequest)
	if n := h.Count(`accounts WHERE tenant = $1`, h.Tenant.ID); n != 0 {
		t.Errorf("%d accounts", n)
	}
}

// upload sends a list.
func upload(p *consoletest.Person, path, list string, headers ...string) pagestest.Page {
	p.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("table", "accounts.csv")
	p.House.Must(err)
	_, err = part.Write([]byte(list))
	p.House.Must(err)
	p.House.Must(w.Close())
	return p.Send(http.MethodPost, path, &body, append(headers, "Content-Type", w.FormDataContentType())...)
}

func TestAccountsAreImportedFromAListByTheRulesOfTheCommand(t *testing.T) {
	h := newHouse(t)
	other := h.newTenant("Another AG")
	ada := h.In(operator.Administrator, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID + "/import"
	accounts := func() int { return h.Count(`accounts WHERE tenant = $1`, h.Tenant.ID) }
	ada.Get(base).Want(http.StatusOK).Says("account; label; group")
	bad := upload(ada, base, "account;label;phone\n4711;<script>alert(1)</script>;12\n;x;\n").Want(http.StatusUnprocessableEntity).Says("Mistakes", "phone", "account")
	if strings.Contains(bad.Text, "<script>alert") || strings.Contains(bad.Text, `name="agreed"`) || accounts() != 0 {
		t.Errorf("%d accounts: %s", accounts(), bad.Text)
	}
	plan := upload(ada, base, "account;label;phone\n4711;<script>alert(1)</script>;+49 171 5550123\n4712;Office;\n").Want(http.StatusOK).Says("What would change", "2").Silent("<script>alert")
	if accounts() != 0 {
		t.Fatal("looking at it imported it")
	}
	form := url.Values{"list": {plan.Found(`name="list" value="([^"]*)"`)}, "agreed": {plan.Found(`name="agreed" value="([^"]*)"`)}}
	foreign := h.In(operator.Administrator, other.ID)
	foreign.Post(base+"/apply", form).Want(http.StatusNotFound)
	foreign.Post("/console/tenants/"+other.ID+"/import/apply", with(url.Values{"list": form["list"]}, "agreed", "another plan")).Want(http.StatusConflict)
	ada.Post(base+"/apply", form).Want(http.StatusSeeOther)
	if accounts() != 2 || h.Count(`accounts WHERE tenant = $1`, other.ID) != 0 {
		t.Errorf("%d accounts", accounts())
	}
	ada.Post(base+"/apply", form).Want(http.StatusConflict).Says("Somebody else has changed")
	upload(ada, base, "account;label;phone\n4711;<script>alert(1)</script>;+49 171 5550123\n4712;Office;\n").Want(http.StatusOK).Says("changes nothing")
	changed := upload(ada, base, "account;label;phone\n4711;Office North;\n").Want(http.StatusOK).Says("4711", "label", "phone")
	ada.Post(base+"/apply", url.Values{"list": {changed.Found(`name="list" value="([^"]*)"`)}, "agreed": {changed.Found(`name="agreed" value="([^"]*)"`)}}).Want(http.StatusSeeOther)
	if h.byOperator("account.created", ada.Operator.ID) != 2 || h.byOperator("account.changed", ada.Operator.ID) != 1 {
		t.Error("it is not recorded as hers")
	}
	if h.Log.Has("5550123") {
		t.Error("the log has a number")
	}
}

// planned looks at a list and returns the form that imports it.
func planned(p *consoletest.Person, path, list string) url.Values {
	p.Helper()
	plan := upload(p, path, list).Want(http.StatusOK)
	return url.Values{"list": {plan.Found(`name="list" value="([^"]*)"`)}, "agreed": {plan.Found(`name="agreed" value="([^"]*)"`)}}
}

func TestALongImportSaysHowFarItIsWhileItGoes(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID + "/import"
	form := planned(ada, base, numbered(200))
	page := ada.Post(base+"/apply", form).Want(http.StatusOK).Says("leave this page open", "50 of 200 accounts, 25 %", "100 of 200 accounts, 50 %", "200 of 200 accounts, 100 %", "The list is imported.", "Back to importing")
	if first, last := strings.Index(page.Text, "25 %"), strings.Index(page.Text, "The list is imported."); first > last || !strings.HasSuffix(strings.TrimSpace(page.Text), "</html>") {
		t.Errorf("the page is %s", page.Text)
	}
	if n := h.Count(`accounts WHERE tenant = $1`, h.Tenant.ID); n != 200 {
		t.Errorf("%d accounts", n)
	}
	ada.Post(base+"/apply", form).Want(http.StatusConflict) // what is wrong before it begins is told as ever
	ada.Post(base+"/apply", planned(ada, base, numbered(201))).Want(http.StatusSeeOther)
}

func TestALongImportThatFailsHalfwaySaysSoAndChangesNothing(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID + "/import"
	_, err := db.Exec(t.Context(), h.Process.Lasting().Writes(), `CREATE TRIGGER halfway BEFORE INSERT ON accounts WHEN new.external_id = '150' BEGIN SELECT RAISE(ABORT, 'halfway'); END`)
	h.Must(err)
	ada.Post(base+"/apply", planned(ada, base, numbered(200))).Want(http.StatusOK).Says("50 of 200 accounts", "was not imported to its end").Silent("The list is imported.")
	if n := h.Count(`accounts WHERE tenant = $1`, h.Tenant.ID); n != 0 {
		t.Errorf("%d accounts", n)
	}
	if !h.Log.Has("halfway") {
		t.Error("the log does not say why")
	}
}

// numbered is a list of so many accounts.
func numbered(accounts int) string {
	var b strings.Builder
	b.WriteString("account\n")
	for i := range accounts {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

func TestWhoLeavesALongImportHasChangedNothingAndKeepsNobodyWaiting(t *testing.T) {
	for name, database := range map[string]string{"SQLite": "sqlite://" + filepath.Join(t.TempDir(), "jawort.db"), "Postgres": pgtest.New(t)} {
		t.Run(name, func(t *testing.T) {
			h := consoletest.New(t, func(o *process.Options) { o.Config.Database = database })
			ada := h.In(operator.Administrator, h.Tenant.ID)
			base := "/console/tenants/" + h.Tenant.ID + "/import"
			form := planned(ada, base, numbered(5_000))
			ctx, leave := context.WithCancel(t.Context())
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL+base+"/apply", strings.NewReader(form.Encode()))
			h.Must(err)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			resp, err := ada.Client.Do(r)
			h.Must(err)
			defer resp.Body.Close()
			for lines := bufio.NewScanner(resp.Body); !strings.Contains(lines.Text(), " accounts, "); {
				if !lines.Scan() {
					t.Fatal("the import is over: ", resp.Status, lines.Err())
				}
			}
			upload(ada, base, "account\nanother\n").Want(http.StatusTooManyRequests).Says("is being read already")
			ada.Post(base+"/apply", form).Want(http.StatusTooManyRequests)
			leave()
			var plan pagestest.Page
			for plan = upload(ada, base, "account\nanother\n"); plan.Status == http.StatusTooManyRequests; {
				plan = upload(ada, base, "account\nanother\n")
			}
			ada.Post(base+"/apply", url.Values{"list": {plan.Found(`name="list" value="([^"]*)"`)}, "agreed": {plan.Found(`name="agreed" value="([^"]*)"`)}}).Want(http.StatusSeeOther)
			if n := h.Count(`accounts WHERE external_id <> $1`, consoletest.Login); n != 1 {
				t.Errorf("%d accounts", n)
			}
		})
	}
}

func TestMistakesOfAListAreToldInTheLanguageOfTheReader(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID
	ada.Post(base+"/groups/new", with(url.Values{}, customers...)).Want(http.StatusSeeOther)
	for _, c := range []struct{ list, german, english string }{
		{"\xff\xfea", "UTF-16", "Save the file as UTF-8"},
		{"account;label\n1;Gesch\xe4ft\n", "Das ist nicht UTF-8", "This is not UTF-8"},
		{"sep=|\naccount\n", "Nach sep= muss", "After sep= there must"},
		{"", "In der Datei steht nichts. Ihre erste Zeile nennt die Spalten: account, label", "There is nothing in the file"},
		{"account;label\n1;a\"b\n", "Das ist kein CSV", "This is not CSV"},
		{"account;\n", "Spalte 2 hat keinen Namen", "Column 2 has no name"},
		{"account;account\n", "steht zweimal", "stands twice"},
		{"account;colour\n", "Diese Spalte gibt es nicht. Es gibt account", "There is no such column"},
		{"label\n", "Diese Spalte fehlt", "This column is missing"},
		{"account;label\n1\n", "Die Zeile hat 1 Zellen, die erste Zeile aber 2", "The line has 1 cells, but the first line 2"},
		{"account\n1\n1\n", "steht schon in Zeile 2", "stands in line 2 already"},
		{"account;label\n1;'=1\n", "beginnt mit einem Apostroph", "begins with an apostrophe"},
		{"account;group\n1;Nobody\n", "So heißt keine Gruppe", "not the name of a group"},
		{"account;manager\n1;9\n", "nicht die Anmeldenummer", "not the login number of an account"},
		{"account;manager\n1;1\n", "sich selbst betreuen", "its own manager"},
		{"account;interval\n1;3\n", "ohne Gruppe wird immer gefragt", "without a group is always asked"},
		{"account;group;interval\n1;Customers;8\n", "Schreiben Sie eine ganze Zahl von Tagen", "Write a whole number of days"},
		{"account;interval\n1;soon\n", "Schreiben Sie eine ganze Zahl von Tagen", "Write a whole number of days"},
		{"account;phone\n1;12\n", "keine Telefonnummer, die SMS empfängt", "no telephone number that receives SMS"},
		{"account;email\n1;nobody\n", "keine E-Mail-Adresse", "no e-mail address"},
		{"account;language\n1;fr\n", "Schreiben Sie de oder en", "Write de or en"},
		{"account;sms\n1;perhaps\n", "Schreiben Sie on oder off", "Write on or off"},
		{"account;label\n1;\u202e\n", "taugt nicht als Bezeichnung", "not fit for a label"},
		{"account;label\n;x\n", "keine Anmeldenummer", "no login number"},
	} {
		for lang, says := range map[string]string{"de": c.german, "en": c.english} {
			page := upload(ada, base+"/import", c.list, "Accept-Language", lang).Want(http.StatusUnprocessableEntity)
			if text := unescaped(page.Text); !strings.Contains(text, says) || strings.Contains(text, "%!") || strings.Contains(text, "<td></td></tr>") {
				t.Errorf("%q in %s does not say %q: %s", c.list, lang, says, text)
			}
		}
	}
}

func TestAListMayBeLargeAndAnyOtherFormMayNot(t *testing.T) {
	h := newHouse(t)
	ada := h.In(operator.Administrator, h.Tenant.ID)
	base := "/console/tenants/" + h.Tenant.ID
	var list strings.Builder
	list.WriteString("account;label\n")
	for list.Len() < 300<<10 {
		list.WriteString("4711;" + strings.Repeat("x", 100) + "\n")
	}
	upload(ada, base+"/import", list.String()).Want(http.StatusUnprocessableEntity).Says("stands in line 2 already", "And ")
	upload(ada, base+"/import", strings.Repeat("x", 5<<20)).Want(http.StatusRequestEntityTooLarge)
	short := "account\n" + strings.Repeat("1\n", 100_000)
	upload(ada, base+"/import", short).Want(http.StatusRequestEntityTooLarge).Says("more than 100,000 lines")
	ada.Post(base+"/import/apply", url.Values{"list": {base64.RawURLEncoding.EncodeToString([]byte(short))}}).Want(http.StatusRequestEntityTooLarge)
	upload(ada, base+"/import", short[:len(short)-2]).Want(http.StatusUnprocessableEntity).Says("stands in line 2 already")
	ada.Post(base+"/settings", url.Values{"name": {strings.Repeat("x", 100<<10)}}).Want(http.StatusRequestEntityTooLarge)
}
