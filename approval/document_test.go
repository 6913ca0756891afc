package approval_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

func TestADocumentReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	want := question()
	want.Details = []approval.Detail{{Label: "Betrag", Value: "1.000,00 € <b>&", Role: approval.RoleAmount}}
	b := documentBytes(t, want)
	got, err := approval.ParseDocument(b)
	if err != nil {
		t.Fatal(err)
	}
	if got.V != approval.DocumentVersion || len(got.Nonce) != 43 {
		t.Errorf("v = %d, nonce of %d characters", got.V, len(got.Nonce))
	}
	if got.Details[0] != want.Details[0] || got.Account != want.Account || !got.ExpiresAt.Equal(want.ExpiresAt) {
		t.Errorf("read %+v, wrote %+v", got, want)
	}
	if !strings.Contains(string(b), "€ <b>&") {
		t.Errorf("text was escaped: %s", b)
	}
}

func TestEveryDocumentHasItsOwnNonce(t *testing.T) {
	t.Parallel()
	first, err := question().Bytes(strings.NewReader(strings.Repeat("a", 32)))
	if err != nil {
		t.Fatal(err)
	}
	second, err := question().Bytes(strings.NewReader(strings.Repeat("b", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if string(first) == string(second) {
		t.Error("two questions share their bytes")
	}
	if _, err := question().Bytes(strings.NewReader("too short")); err == nil {
		t.Error("a document was built without enough randomness")
	}
}

func TestAPhoneRefusesADocumentItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	good := string(documentBytes(t, question()))
	for name, b := range map[string]string{
		"newer version": strings.Replace(good, `"v":1`, `"v":2`, 1),
		"no version":    strings.Replace(good, `"v":1,`, ``, 1),
		"not JSON":      good[:len(good)-1],
		"not UTF-8":     strings.Replace(good, "Portal", "Port\xff", 1),
		"too long":      good + strings.Repeat(" ", 40<<10),
	} {
		if _, err := approval.ParseDocument([]byte(b)); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}

func TestTextThatCouldMisleadIsRefusedAndNeverRepaired(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"line break":             "Portal\nAmount: 5",
		"tab":                    "a\tb",
		"delete":                 "a\x7f",
		"C1 control":             "a\u0085b",
		"right-to-left override": "Portal\u202egnp.exe",
		"isolate":                "a\u2066b",
		"zero width space":       "por\u200btal",
		"byte order mark":        "\ufeffPortal",
		"line separator":         "a\u2028b",
		"private use":            "a\ue000",
		"hangul filler":          "Por\u3164tal",
		"half-width filler":      "a\uffa0b",
		"braille blank":          "a\u2800b",
		"grapheme joiner":        "a\u034fb",
		"variation selector":     "a\ufe0fb",
		"tag":                    "a\U000e0041b",
		"noncharacter":           "a\ufdd0b",
		"only spaces":            "  \u2003 ",
		"not normal form C":      "Bu\u0308ro",
		"not UTF-8":              "a\xc3",
		"257 bytes":              strings.Repeat("x", 257),
	} {
		d := question()
		d.Application.Name = text
		_, err := d.Bytes(strings.NewReader(strings.Repeat("n", 32)))
		var r *refusal.Error
		if !errors.As(err, &r) || r.Class != refusal.Invalid || r.Extra["field"] != "application.name" {
			t.Errorf("%s: %v, want a refusal of application.name", name, err)
		}
	}
	for _, text := range []string{"Büro Süd", "株式会社", "שלום", strings.Repeat("x", 256), "O'Neill & Søn <x>"} {
		if err := approval.CheckText("f", text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestATransactionNamesWhatIsApproved(t *testing.T) {
	t.Parallel()
	for name, details := range map[string][]approval.Detail{
		"no details":   nil,
		"empty value":  {{Label: "Amount"}},
		"unknown role": {{Label: "a", Value: "b", Role: "boss"}},
		"too many":     make([]approval.Detail, 17),
	} {
		d := question()
		d.Kind, d.Details = approval.Transaction, details
		if _, err := d.Bytes(strings.NewReader(strings.Repeat("n", 32))); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzParseDocument(f *testing.F) {
	f.Add(documentBytes(f, question()))
	f.Add([]byte(`{"v":1}`))
	for _, seed := range []string{"", "null", "[]", `{"v":2}`, "{\"v\":1,\"kind\":\"\xff\"}", `{"v":1,"details":[],"match":{"kind":"enter","digits":-1}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := approval.ParseDocument(b)
		if err == nil && (d.V != approval.DocumentVersion || !utf8.Valid(b)) {
			t.Errorf("%q was accepted as version %d", b, d.V)
		}
	})
}
