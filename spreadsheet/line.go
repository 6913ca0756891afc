// Package spreadsheet writes lines of CSV (RFC 4180) that people open in a spreadsheet, though what stands in them comes from outside.
package spreadsheet

import (
	"strings"
	"unicode/utf8"
)

// Line returns one line. Every cell is quoted: a spreadsheet that separates by something else than commas would take a
// label apart and find a formula in its middle.
func Line(cells []string) string {
	quoted := make([]string, len(cells))
	for i, cell := range cells {
		quoted[i] = `"` + strings.ReplaceAll(guarded(cell), `"`, `""`) + `"`
	}
	return strings.Join(quoted, ",") + "\r\n"
}

// guarded keeps a spreadsheet from taking a cell for a formula. An apostrophe says that text follows. What begins with
// apostrophes before a formula gets one more, so that Unguard knows which is whose.
func guarded(cell string) string {
	if formula(cell) {
		return "'" + cell
	}
	return cell
}

// Unguard takes off the apostrophe that Line put before a cell, and no other, and reports whether there may be one.
func Unguard(cell string) (bare string, was bool) {
	if bare, was = strings.CutPrefix(cell, "'"); was && formula(bare) {
		return bare, true
	}
	return cell, false
}

// formula reports whether a cell begins as a formula does, also in the full-width form, or with apostrophes before that.
func formula(cell string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, "'"))
	return strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}
