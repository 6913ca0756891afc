package journeys_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge/browsertest"
)

// publisher sets up the publisher of psychological tests as docs/examples/test-publisher.yaml does, as far as the play goes: by the pages of the console, and what SMS
// cost by the API.
func (o *organised) publisher(ruth *staff) {
	o.Helper()
	ruth.at("/new-tenant")
	ruth.fill("name", "Testverlag Muster")
	ruth.Click("main form button.primary")
	ruth.WantText(".card h2", "Testverlag Muster")
	path := browsertest.Eval[string](ruth.Tab, `location.pathname`)
	o.tenant = account.Tenant{ID: path[strings.LastIndex(path, "/")+1:], Name: "Testverlag Muster"}

	ruth.open(path+"/settings", "Settings of the tenant")
	ruth.fill("language", "de", "time_zone", "Europe/Berlin", "support.de", "Kundendienst: hilfe@testverlag.example", "support.en", "Customer service: help@testverlag.example",
		"retention.outcomes", "24", "retention.personal_data", "24")
	ruth.save()
	ruth.open(path+"/applications/new", "Create an application")
	ruth.fill("name", "Test Centre", "origins", o.origin, "preset", "standard", "max_interval", "12h", "totp_skew", "1")
	ruth.save()
	secret := ruth.newKey()
	ruth.open(path+"/groups/new", "Create a group")
	ruth.fill("name", "licence holders", "interval.max", "1", "interval.default", "1", "remember", "on", "sharing", "forbidden", "first_binding", "none",
		"methods", "totp sms email recovery bypass", "sms.switch", "on", "sms.payer", "account", "activation.required", "1", "activation.recommended", "2")
	ruth.save()
	o.put(secret, "/v1/sms/settings", map[string]any{"currency": "EUR", "prices": map[string]string{"+49": "0.075"}})
	list, err := filepath.Abs(filepath.Join("..", "docs", "examples", "publisher-licences.csv"))
	o.must(err)
	ruth.imports(path, list, 2)
	o.Client = o.by(secret)
}

// put calls the API.
func (o *organised) put(secret, path string, body any) {
	o.Helper()
	text, err := json.Marshal(body)
	o.must(err)
	r, err := http.NewRequestWithContext(o.Context(), http.MethodPut, o.config.Server.PublicURL+path, strings.NewReader(string(text)))
	o.must(err)
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	o.must(err)
	o.must(res.Body.Close())
	if res.StatusCode != http.StatusOK {
		o.Fatalf("%s: %s", path, res.Status)
	}
}

// fill fills in the fields of these names. Where words are ticked, they are all that are.
func (s *staff) fill(fields ...string) {
	s.Helper()
	for i := 0; i < len(fields); i += 2 {
		field, value := `main [name="`+fields[i]+`"]`, fields[i+1]
		s.Wait(field)
		switch browsertest.Eval[string](s.Tab, `document.querySelector('`+field+`').type`) {
		case "checkbox":
			s.tick(field, strings.Fields(value))
		case "select-one":
			s.Until(`(document.querySelector('` + field + `').value = "` + value + `") === document.querySelector('` + field + `').value`)
		default:
			s.Type(field, value)
		}
	}
}

func (s *staff) tick(field string, words []string) {
	s.Helper()
	for _, word := range words {
		if !browsertest.Eval[bool](s.Tab, `document.querySelector('`+field+`[value="`+word+`"]').checked`) {
			s.Click(field + `[value="` + word + `"]`)
		}
	}
	if n := browsertest.Eval[int](s.Tab, `document.querySelectorAll('`+field+`:checked').length`); n != len(words) {
		s.Errorf("%d are ticked of %s, want %v", n, field, words)
	}
}

func (s *staff) save() {
	s.Helper()
	s.Click("main form button.primary")
	s.WantText(".note.good", "Saved.")
}

// follow takes the link of that name.
func (s *staff) follow(name string) {
	s.Helper()
	find := `[...document.querySelectorAll("main a")].find((a) => a.textContent.trim() === "` + name + `")`
	s.Until(find + ` !== undefined`)
	s.Click(`main a[href="` + browsertest.Eval[string](s.Tab, find+`.getAttribute("href")`) + `"]`)
	s.WantText(".card h2", name)
}

// newKey makes a key of all scopes for the application whose page is open, and returns what is shown of it: once.
func (s *staff) newKey() string {
	s.Helper()
	s.fill("scopes", "login enrol admin")
	s.Click(`form[action$="/keys"] button`)
	s.confirm("The key is created")
	secret := s.Text(".secret")
	s.Click("main a.primary")
	s.Wait(`form[action$="/keys"]`)
	if strings.Contains(s.Text("body"), secret) {
		s.Error("the secret of the key is shown again")
	}
	return secret
}

// imports has the console take a list, and wants it to say how many accounts that would be.
func (s *staff) imports(tenant, list string, accounts int) {
	s.Helper()
	s.open(tenant+"/import", "Import accounts")
	s.Upload(`input[type="file"]`, list)
	s.Click("main form button.primary")
	s.WantText("section.card", strconv.Itoa(accounts))
	s.Click("main form button.primary")
	s.confirm("Import") // or "Importing", where it is a long one
	s.WantText("main", "The list is imported.")
}
