package phone

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestWhatCouldSteerATerminalIsShownAsWhatItIs(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Büro Süd 日本 👍":      "Büro Süd 日本 👍",
		"\x1b[2J":            "<U+001B>[2J",
		"a\nb\r":             "a<U+000A>b<U+000D>",
		"\u202egnp.exe":      "<U+202E>gnp.exe",
		"a\u200bb\ufeffc":    "a<U+200B>b<U+FEFF>c",
		"\u2028\u2066\u0085": "<U+2028><U+2066><U+0085>",
		"bad \xff byte":      "bad \uFFFD byte",
		"\u009b31m":          "<U+009B>31m",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestEveryOutsideStringOfAQuestionIsCleaned(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]0;owned\a\u202e"
	var out bytes.Buffer
	s := &session{Terminal: &Terminal{Phone: New(Options{}), Out: &out}}
	d := Document{
		Kind: "transaction", Tenant: Party{Name: evil}, Application: Party{Name: evil}, Account: Account{Label: evil},
		Details: []Detail{{Label: evil, Value: evil, Role: evil}}, Browser: Browser{IP: evil, OS: evil, Name: evil, Country: evil}, ExpiresAt: time.Now(),
	}
	for _, kind := range []string{"transaction", "login"} {
		d.Kind = kind
		s.show(Item{Document: d})
	}
	s.say("%s", s.refusal(&Error{Code: CodeAlreadyDecided, By: evil}))
	s.say("%s", s.refusal(&Error{Code: "other", Detail: evil}))
	if strings.ContainsAny(out.String(), "\x1b\a\u202e") {
		t.Errorf("shown: %q", out.String())
	}
	if n := strings.Count(out.String(), "<U+001B>"); n < 20 {
		t.Errorf("%d of the strings were shown", n)
	}
}

func TestLargeDigitsAreAsWideAsTheyShouldBe(t *testing.T) {
	t.Parallel()
	rows := strings.Split(strings.TrimSuffix(large("0123456789"), "\n"), "\n")
	if len(rows) != 5 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, r := range rows {
		if got := len([]rune(r)); got != 3+10*(glyphWidth+1) {
			t.Errorf("%q is %d wide", r, got)
		}
	}
}
