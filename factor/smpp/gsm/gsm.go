// Package gsm says how a text travels in an SMS: in the default alphabet of 3GPP TS 23.038 (GSM 03.38) with its extension
// table, seven bits a character, or in UCS-2, sixteen bits a character. It picks the encoding by the text, counts, and knows
// whether a text fits one SMS. It knows no protocol.
package gsm

import (
	"encoding/binary"
	"unicode/utf16"
)

// Coding is an alphabet, by its number in SMPP's data_coding.
type Coding byte

// The alphabets.
const (
	Default Coding = 0 // GSM 03.38
	UCS2    Coding = 8
)

// What one SMS holds.
const (
	MaxSeptets = 160
	MaxUCS2    = 70
)

const escape = 0x1b

// basic is the default alphabet in the order of its codes (TS 23.038, 6.2.1). The place of the escape is taken by U+FFFD, which
// no text may contain as a character.
var basic = []rune("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\uFFFDÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
	"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")

// extension is what follows an escape (6.2.1.1).
var extension = map[rune]byte{
	'\f': 0x0a, '^': 0x14, '{': 0x28, '}': 0x29, '\\': 0x2f, '[': 0x3c, '~': 0x3d, ']': 0x3e, '|': 0x40, '€': 0x65,
}

var codes = func() map[rune]byte {
	m := make(map[rune]byte, len(basic))
	for code, r := range basic {
		if code != escape {
			m[r] = byte(code)
		}
	}
	return m
}()

// Septets returns the text in the default alphabet, one septet per byte, or false where a character is not in it.
func Septets(text string) ([]byte, bool) {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if code, ok := codes[r]; ok {
			out = append(out, code)
		} else if code, ok := extension[r]; ok {
			out = append(out, escape, code)
		} else {
			return nil, false
		}
	}
	return out, true
}

// Encode returns the text in the shortest alphabet that has all of its characters, as SMPP's short_message carries it.
func Encode(text string) (Coding, []byte) {
	if septets, ok := Septets(text); ok {
		return Default, septets
	}
	units := utf16.Encode([]rune(text))
	out := make([]byte, 0, 2*len(units))
	for _, u := range units {
		out = binary.BigEndian.AppendUint16(out, u)
	}
	return UCS2, out
}

// Fits reports whether the text is one SMS.
func Fits(text string) bool {
	coding, encoded := Encode(text)
	if coding == Default {
		return len(encoded) <= MaxSeptets
	}
	return len(encoded)/2 <= MaxUCS2
}
