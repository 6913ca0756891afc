package organisation

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// listed are the columns of a list of accounts that only tell: Jawort knows them itself, and ReadTable ignores them.
var listed = []string{"devices", "methods", "used", "created_at"}

// ListColumns is the header of the list of all accounts. ReadTable reads such a list again.
var ListColumns = slices.Concat(columns, listed)

// ListLine returns one line of the list of accounts. Every cell is quoted: a spreadsheet that separates by something else
// than commas would take a label apart and find a formula in its middle.
func ListLine(cells []string) string {
	quoted := make([]string, len(cells))
	for i, cell := range cells {
		quoted[i] = `"` + strings.ReplaceAll(guard(cell), `"`, `""`) + `"`
	}
	return strings.Join(quoted, ",") + "\r\n"
}

// guard keeps a spreadsheet from taking a cell for a formula: labels come from outside. An apostrophe says that text
// follows. What begins with apostrophes before a formula gets one more, so that unguard knows which is whose.
func guard(cell string) string {
	if formula(cell) {
		return "'" + cell
	}
	return cell
}

// unguard takes off the apostrophe of guard, and no other, and reports whether there may be one.
func unguard(cell string) (bare string, guarded bool) {
	if bare, guarded = strings.CutPrefix(cell, "'"); guarded && formula(bare) {
		return bare, true
	}
	return cell, false
}

// formula reports whether a cell begins as a formula does, also in the full-width form, or with apostrophes before that.
func formula(cell string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, "'"))
	return strings.ContainsRune("=+-@\t\r\n＝＋－＠", first)
}
