package gsm_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/jawort/jawort/factor/smpp/gsm"
)

func TestATextTakesTheShortestAlphabetThatHasItsCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		coding gsm.Coding
		bytes  []byte
	}{
		"@£$":  {gsm.Default, []byte{0, 1, 2}},
		"aÄ\n": {gsm.Default, []byte{0x61, 0x5b, 0x0a}},
		"ÆΩà":  {gsm.Default, []byte{0x1c, 0x15, 0x7f}},
		"5 €":  {gsm.Default, []byte{0x35, 0x20, 0x1b, 0x65}},
		"[~]":  {gsm.Default, []byte{0x1b, 0x3c, 0x1b, 0x3d, 0x1b, 0x3e}},
		"ł":    {gsm.UCS2, []byte{0x01, 0x42}},
		"a`":   {gsm.UCS2, []byte{0, 0x61, 0, 0x60}},
		"😀":    {gsm.UCS2, []byte{0xd8, 0x3d, 0xde, 0x00}},
		"":     {gsm.Default, []byte{}},
	} {
		if coding, got := gsm.Encode(text); coding != want.coding || !bytes.Equal(got, want.bytes) {
			t.Errorf("%q: got %d, % x", text, coding, got)
		}
	}
}

func TestOneSMSHolds160SeptetsOr70UnitsOfUCS2(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		strings.Repeat("a", 160):            true,
		strings.Repeat("a", 161):            false,
		strings.Repeat("ü", 160):            true, // two bytes of UTF-8, one septet
		strings.Repeat("€", 80):             true, // two septets each
		strings.Repeat("€", 80) + "a":       false,
		strings.Repeat("ł", 70):             true,
		strings.Repeat("ł", 71):             false,
		strings.Repeat("😀", 35):             true, // two units each
		strings.Repeat("😀", 35) + "a":       false,
		strings.Repeat("a", 70) + "ł":       false, // one character changes the alphabet of all
		strings.Repeat("a", 159) + "\u0008": false,
	} {
		if gsm.Fits(text) != want {
			t.Errorf("%q: want %v", text, want)
		}
	}
}

func TestFoldingKeepsWhatCanBeRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Müller & Söhne":       "Müller & Söhne",
		"Mu\u0308ller":         "Müller",
		"Łukasz Żółć":          "Lukasz Zolc",
		"Dvořák – „Čeněk“":     `Dvorak - "Cenek"`,
		"José Núñez €":         "José Nuñez €",
		"Иван Петров":          "Иван Петров",
		"1\u00a0234,56\u202f€": "1 234,56 €", "+49 ••• ••17": "+49 *** **17",
	} {
		if got := gsm.Fold(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
