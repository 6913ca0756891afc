package demo

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestPagesSpeakTheLanguageOfTheBrowser(t *testing.T) {
	t.Parallel()
	h := open(t)
	for asked, want := range map[string][2]string{
		"de-AT,de;q=0.9,en;q=0.8": {"de", "Anmelden"}, "fr-FR,de;q=0.8,en;q=0.5": {"de", "Anmelden"},
		"en-GB,de;q=0.1": {"en", "Sign in"}, "fr": {"en", "Sign in"}, "": {"en", "Sign in"}, "\"><b>,;;q=": {"en", "Sign in"},
	} {
		v := newVisitor(t, h.siteURL)
		v.languages = asked
		if _, page := v.get("/"); !strings.Contains(page, `<html lang="`+want[0]+`">`) || !strings.Contains(page, "<h1>"+want[1]+"</h1>") {
			t.Errorf("who asks for %q gets\n%s", asked, page)
		}
	}
}

func TestAlsoRefusalsAreInTheLanguageOfTheBrowser(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	v.languages = "de"
	want := func(what, sentence string, status int, page string) {
		t.Helper()
		if status < http.StatusBadRequest || !strings.Contains(page, sentence) {
			t.Errorf("%s got %d:\n%s", what, status, page)
		}
	}
	digits := func(enrolment, typed string) (int, string) {
		return v.send(v.post("/phone", url.Values{"enrolment": {enrolment}, "digits": {typed}}))
	}
	status, page := v.login("wrong")
	want("a wrong password", "Passwort ist falsch", status, page)
	status, page = v.get("/welcome")
	want("who confirmed nothing", "wurde nicht bestätigt", status, page)
	status, page = v.send(v.post("/login", url.Values{"a": {strings.Repeat("a", mostForm)}}))
	want("a long form", "nicht zu lesen", status, page)
	_, page = v.get("/phone")
	enrolment := found(t, enrolmentShown, page)
	status, page = digits(enrolment, "123456")
	want("digits before there are any", "noch nicht so weit", status, page)
	status, page = digits(enrolment, "12")
	want("too few digits", "nicht sechs Ziffern", status, page)
	if _, page = digits("enr_x", "123456"); !strings.Contains(page, "nicht in diesem Browser begonnen") {
		t.Errorf("a foreign registration got\n%s", page)
	}
	register(t, v)
	for range 3 {
		if status, page = v.login(demoPassword); status != http.StatusOK {
			t.Fatalf("a login got %d:\n%s", status, page)
		}
		v.http.Jar = newVisitor(t, "").http.Jar // as another browser; in one the newest takes over
	}
	status, page = v.login(demoPassword)
	want("a fourth login", "mehrere Anmeldungen", status, page)
}

// Texts are named so.
var (
	inPages = regexp.MustCompile(`\.Say "([^"]+)"`)
	inCode  = regexp.MustCompile(`(?:\.Say\(|refuseLogin\(w, r, [A-Za-z.]+, )"([^"]+)"`)
)

func TestEveryTextIsThereAndShown(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for pattern, key := range map[string]*regexp.Regexp{"pages/*.html": inPages, "[a-z]*.go": inCode} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range key.FindAllStringSubmatch(string(content(t, file)), -1) {
				shown["demo."+m[1]] = true
			}
		}
	}
	for _, lang := range []string{"de", "en"} {
		var texts map[string]string
		if err := json.Unmarshal(content(t, "../locale/"+lang+".json"), &texts); err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(texts, func(key, _ string) bool { return !strings.HasPrefix(key, "demo.") })
		if got, want := slices.Sorted(maps.Keys(texts)), slices.Sorted(maps.Keys(shown)); !slices.Equal(got, want) {
			t.Errorf("in %s there is\n%q, shown is\n%q", lang, got, want)
		}
	}
}

func TestPagesHaveNoWordsOfTheirOwn(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("pages/*.html")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	commands, actions := regexp.MustCompile(`(?s)<pre.*?</pre>`), regexp.MustCompile(`\{\{.*?\}\}`)
	tags, name := regexp.MustCompile(`<[^>]*>`), regexp.MustCompile(`Muster Makler|>M<`)
	letters, read := regexp.MustCompile(`\pL+`), regexp.MustCompile(`(?:alt|title|aria-label|placeholder)="[^"]*\pL`)
	for _, page := range pages {
		own := actions.ReplaceAllString(string(content(t, page)), "")
		if words := read.FindAllString(own, -1); len(words) > 0 {
			t.Errorf("%s says %q", page, words)
		}
		own = tags.ReplaceAllString(name.ReplaceAllString(commands.ReplaceAllString(own, ""), "><"), "")
		if words := letters.FindAllString(own, -1); len(words) > 0 {
			t.Errorf("%s says %q", page, words)
		}
	}
}

func TestWhatFillsATextIsNoMarkup(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "en"} {
		said := string(language(lang).Say("welcome.by-phone", "4711", `<script>alert(1)</script>`, `"<b>'&`))
		if strings.Contains(said, "<script") || strings.Contains(said, "<b>") || !strings.Contains(said, "<strong>&lt;script&gt;") {
			t.Errorf("%s: %s", lang, said)
		}
	}
}
