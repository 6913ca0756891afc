package locale

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestAllCataloguesHaveTheSameKeysAndPlaces(t *testing.T) {
	t.Parallel()
	c := loaded()
	english := c.texts[0]
	if len(english) == 0 {
		t.Fatal("the English catalogue is empty")
	}
	verbs := regexp.MustCompile(`%[^%]`)
	for i, texts := range c.texts {
		if got, want := slices.Sorted(maps.Keys(texts)), slices.Sorted(maps.Keys(english)); !slices.Equal(got, want) {
			t.Errorf("%v: keys %v, want %v", supported[i], got, want)
		}
		for key, text := range texts {
			if text == "" || !norm.NFC.IsNormalString(text) {
				t.Errorf("%v: %s is empty or not in NFC", supported[i], key)
			}
			if got, want := verbs.FindAllString(text, -1), verbs.FindAllString(english[key], -1); !slices.Equal(got, want) {
				t.Errorf("%v: %s takes %v, English takes %v", supported[i], key, got, want)
			}
		}
	}
}

func TestTheNearestLanguageIsSpoken(t *testing.T) {
	t.Parallel()
	const german, english = "Sind Sie das?", "Is this you?"
	for lang, want := range map[string]string{
		"de": german, "de-AT": german, "de_CH": german, "DE": german, "gsw": german, "fr-FR, de;q=0.8, en;q=0.5": german,
		"en": english, "en-GB": english, "fr": english, "": english, "not a language": english, "x-klingon": english, "\x00": english,
	} {
		if got := Text(lang, "push.approval.title"); got != want {
			t.Errorf("%q: %q", lang, got)
		}
		if got := Text(Nearest(lang), "push.approval.title"); got != want {
			t.Errorf("%q is nearest to %q", lang, Nearest(lang))
		}
	}
}

func TestAnUnknownKeyIsItsOwnText(t *testing.T) {
	t.Parallel()
	if got := Text("de", "no.such.key", 1); got != "no.such.key" {
		t.Errorf("got %q", got)
	}
}
