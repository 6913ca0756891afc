package requirements_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// table is a table of docs/compliance.md: its rows, each with its cells.
func compliance(t *testing.T, heading string) [][]string {
	t.Helper()
	text, err := os.ReadFile("../docs/compliance.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("docs/compliance.md has no %q", heading)
	}
	section, _, _ := strings.Cut(after, "\n## ")
	var rows [][]string
	for line := range strings.Lines(section) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "|---") {
			rows = append(rows, strings.Split(strings.Trim(line, "| "), " | "))
		}
	}
	if len(rows) < 2 {
		t.Fatalf("%q has no table", heading)
	}
	return rows[1:]
}

var (
	section = regexp.MustCompile(`^[2-5]\.[0-9]+(\.[0-9]+)*$`)
	article = regexp.MustCompile(`^[0-9]+( \([0-9]\)( [a-f])?)?$`)
	verdict = regexp.MustCompile(`^(met|partly|not met|yours)$`)
	place   = regexp.MustCompile("`([a-z][a-z/-]*(?:\\.go)?)`")
)

// rooms are the folders of the code that a line may name as a whole.
var rooms = regexp.MustCompile(`^(account|approval|audit|config|courier|edge|factor|keys|mobile-api|server|store)(/|$)`)

// (x) AAL2 of NIST 800-63B, and GDPR: docs/compliance.md says which sentence of revision 4 each preset meets, and which not.
func TestComplianceSaysWhichSectionEachPresetMeetsAndWhichNot(t *testing.T) {
	t.Parallel()
	for heading, c := range map[string]struct {
		first   *regexp.Regexp
		demands []string
	}{
		"NIST SP 800-63B-4": {section, []string{"2.2.1", "2.2.2", "2.2.3", "3.1.2.2", "3.1.3", "3.1.3.1", "3.1.3.2", "3.1.3.3", "3.1.3.4", "3.1.4", "3.2.2", "3.2.9", "4.1.2.2", "4.2.1.1", "4.6"}},
		"GDPR":              {article, []string{"5 (1) c", "5 (1) e", "15", "17", "20", "25", "30", "32", "33"}},
	} {
		said := map[string]bool{}
		for _, row := range compliance(t, heading) {
			if len(row) != 5 || !c.first.MatchString(row[0]) || !verdict.MatchString(row[2]) || !verdict.MatchString(row[3]) {
				t.Errorf("%s: %q does not say a section, what it asks, what each preset does, and by what", heading, row)
				continue
			}
			said[row[0]] = true
			wantPlaces(t, row)
		}
		for _, demand := range c.demands {
			if !said[demand] {
				t.Errorf("%s: nothing is said of %s", heading, demand)
			}
		}
	}
}

// wantPlaces wants the code that a line names to be there.
func wantPlaces(t *testing.T, row []string) {
	t.Helper()
	for _, found := range place.FindAllStringSubmatch(row[4], -1) {
		if !rooms.MatchString(found[1]) {
			continue // no place, but a word of the wire
		}
		if _, err := os.Stat("../" + found[1]); err != nil {
			t.Errorf("%s names %s, which is not there", row[0], found[1])
		}
	}
}

const bothPresets = `
tenant: {name: Strict}
applications:
- {name: standard, preset: standard, origins: ["https://standard.example"], max_interval: 12h}
- {name: aal2, preset: aal2, origins: ["https://aal2.example"]}
groups: [{name: people, interval: {max: 1, default: 1}, sms: {switch: on}}]
sms: {prices: {+49: "0.10"}}
accounts: [{account: ada, group: people, phone: +49 151 23456789, email: ada@post.example}]
`

func TestWhatComplianceSaysOfEachMethodIsWhatJawortReports(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "2026-12-10 09:00")
	h.applyText(strings.NewReader(bothPresets))
	p := h.newPhone()
	h.must(h.registerAt("standard", p, "ada", "Ada"))
	key, methods := h.at("standard").key, "/v1/accounts/ada/methods"
	app := h.authenticator(h.call(key, "POST", methods+"/totp", body{}))
	h.call(key, "POST", methods+"/totp/confirm", body{"code": app.shows(h.now())}).want()
	h.call(key, "POST", methods+"/sms", body{}).want()
	h.call(key, "POST", methods+"/sms/confirm", body{"code": h.sms(anybody)}).want()
	h.call(key, "POST", methods+"/email", body{}).want()
	h.call(key, "POST", methods+"/email/confirm", body{"code": h.mailed("ada@post.example")}).want()
	h.call(key, "POST", "/v1/accounts/ada/recovery-codes", nil).want()
	h.pass(day) // until the number has rested

	reached := map[string]map[string]string{}
	for _, preset := range []string{"standard", "aal2"} {
		reached[preset] = h.explained(preset)
		confirmed := h.login(preset, "ada", laptop).byPhone(p)
		again := h.login(preset, "ada", with(laptop, confirmed))
		again.passed("trusted_browser")
		reached[preset]["trusted_browser"] = again.outcome().ACR
		if reached[preset]["push"] != confirmed.ACR {
			t.Errorf("%s: push is explained as %q, and reached %q", preset, reached[preset]["push"], confirmed.ACR)
		}
	}
	rows := compliance(t, "What a method reaches")
	if len(rows) != len(reached["standard"]) {
		t.Errorf("%d methods in the file, %d of the account", len(rows), len(reached["standard"]))
	}
	for _, row := range rows {
		for i, preset := range []string{"standard", "aal2"} {
			got, taken := reached[preset][row[0]]
			if !taken {
				got = "not taken"
			}
			if row[1+i] != got {
				t.Errorf("%s under %s: the file says %s, Jawort %s", row[0], preset, row[1+i], got)
			}
		}
	}
}

// explained returns what each method of the account would reach.
func (h *house) explained(application string) map[string]string {
	h.Helper()
	answer := h.call(h.at(application).key, "POST", "/v1/policy/explain", body{"account": "ada"}).want()
	list, _ := answer.body["methods"].([]any)
	reached := map[string]string{}
	for _, one := range list {
		m, _ := one.(map[string]any)
		name, _ := m["method"].(string)
		reached[name], _ = m["acr"].(string)
	}
	return reached
}
