package docs_test

import (
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pageTexts are all that people read on pages and in the app, in a language.
func pageTexts(t *testing.T, lang string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	catalogues := append(files(t, "../server/*/texts/"+lang+".json"), files(t, "../server/console/*/texts/"+lang+".json")...)
	for _, file := range catalogues {
		var texts map[string]string
		if err := json.Unmarshal([]byte(content(t, file)), &texts); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, text := range texts {
			all[text] = true
		}
	}
	for _, m := range regexp.MustCompile(`": "([^"]*)",`).FindAllStringSubmatch(content(t, "../mobile-api/app/static/texts/"+lang+".js"), -1) {
		all[m[1]] = true
	}
	for line := range strings.Lines(content(t, "../server/component/jawort-wait.js")) { // both languages, a text on each line
		all[strings.ReplaceAll(strings.TrimSpace(line), `\u2011`, "-")] = true
	}
	return all
}

func content(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%d files like %s, %v", len(found), pattern, err)
	}
	return found
}

var (
	bold   = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	filled = regexp.MustCompile(`%d`)
	quoted = regexp.MustCompile(`[„“]([^„“”]+)[“”]`)
	brace  = regexp.MustCompile(`\{[^}]*\}`)
)

// says reports whether a page says these words, a text with a number filled in too: "Invite 3".
func says(texts map[string]bool, words string) bool {
	if texts[words] {
		return true
	}
	for text := range texts {
		parts := filled.Split(text, -1)
		if len(parts) == 1 {
			continue
		}
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(part)
		}
		if regexp.MustCompile("^" + strings.Join(parts, `\d+`) + "$").MatchString(words) {
			return true
		}
	}
	return false
}

func TestTheHandbookUsesTheWordsOfThePages(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"de", "en"} {
		texts := pageTexts(t, lang)
		for _, file := range files(t, "handbook/"+lang+"/*.md") {
			said := bold.FindAllStringSubmatch(content(t, file), -1)
			for _, m := range said {
				if m[1] != "so" && m[1] != "like this" && !says(texts, m[1]) {
					t.Errorf("%s: no page says %q", file, m[1])
				}
			}
			if len(said) < 15 {
				t.Errorf("%s has %d words of the pages", file, len(said))
			}
		}
	}
}

func TestTheHandbookIsThereInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"handbook/%/*.md", "handbook/templates/%/*"} {
		var names [2][]string
		for i, lang := range []string{"de", "en"} {
			for _, file := range files(t, strings.ReplaceAll(pattern, "%", lang)) {
				names[i] = append(names[i], filepath.Base(file))
			}
		}
		if !slices.Equal(names[0], names[1]) {
			t.Errorf("%s: %v and %v", pattern, names[0], names[1])
		}
	}
}

// read is what an HTML letter says, without its marks.
func read(letter string) string {
	_, body, _ := strings.Cut(letter, "<body")
	_, body, _ = strings.Cut(body, ">")
	return html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " "))
}

func words(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestLettersToCustomersSayTheSameAsTextAndAsHTMLAndLeadNowhere(t *testing.T) {
	t.Parallel()
	known := []string{"{name}", "{organisation}", "{support}", "{date}", "{menu}"}
	for _, lang := range []string{"de", "en"} {
		texts := pageTexts(t, lang)
		for _, file := range files(t, "handbook/templates/"+lang+"/*.txt") {
			text, letter := content(t, file), content(t, strings.TrimSuffix(file, ".txt")+".html")
			subject, body, _ := strings.Cut(text, "\n\n")
			_, subject, ok := strings.Cut(subject, ": ")
			if !ok || strings.Contains(subject, "\n") || !strings.Contains(letter, "<title>"+subject+"</title>") {
				t.Errorf("%s: the subject %q is not the title of the HTML", file, subject)
			}
			body = regexp.MustCompile(`(?m)^\d+\. `).ReplaceAllString(body, "")
			if words(body) != words(read(letter)) {
				t.Errorf("%s and its HTML differ:\n%s\n%s", file, words(body), words(read(letter)))
			}
			for _, bad := range []string{"http", "href", "src=", "<script", "url("} {
				if strings.Contains(text+letter, bad) {
					t.Errorf("%s: %q", file, bad)
				}
			}
			for _, b := range brace.FindAllString(text+read(letter), -1) {
				if !slices.Contains(known, b) {
					t.Errorf("%s: nobody fills in %s", file, b)
				}
			}
			for _, m := range quoted.FindAllStringSubmatch(body, -1) {
				if !texts[m[1]] {
					t.Errorf("%s: no page says %q", file, m[1])
				}
			}
		}
	}
}
