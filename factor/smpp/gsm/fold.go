package gsm

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters are those that do not come apart into a letter of the alphabet and a mark, and typography that is as good in plain.
var letters = map[rune]string{
	'ł': "l", 'Ł': "L", 'đ': "d", 'Đ': "D", 'ı': "i", 'œ': "oe", 'Œ': "OE", 'þ': "th", 'Þ': "Th", 'ð': "d", 'Ð': "D", 'ħ': "h", 'Ħ': "H", 'ŋ': "n", 'Ŋ': "N",
	'ẞ': "SS", '’': "'", '‘': "'", '‚': "'", '“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`, '–': "-", '—': "-", '‑': "-", '…': "...", '•': "*", '\u00a0': " ", '\u202f': " ",
}

// Fold writes a text in the default alphabet as far as one can read it afterwards: letters lose marks that the alphabet does not
// have. What has no near letter, as Greek and Cyrillic ones, stays.
func Fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		b.WriteString(fold(r))
	}
	return b.String()
}

func fold(r rune) string {
	if known(r) {
		return string(r)
	}
	if plain, ok := letters[r]; ok {
		return plain
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.Mn, part) {
			b.WriteRune(part)
		}
	}
	if _, ok := Septets(b.String()); ok && b.Len() > 0 {
		return b.String()
	}
	return string(r)
}

func known(r rune) bool {
	_, basic := codes[r]
	_, extended := extension[r]
	return basic || extended
}
