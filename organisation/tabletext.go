package organisation

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// maxTable is room for a million accounts.
const maxTable = 256 << 20

// readTableText reads the text of a CSV. What else spreadsheets save is called by its name, because they call all of it CSV.
func readTableText(r io.Reader, mistakes *Mistakes) ([]byte, error) {
	begins := make([]byte, 2)
	n, err := io.ReadFull(r, begins)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if begins = begins[:n]; bytes.Equal(begins, []byte("\xff\xfe")) || bytes.Equal(begins, []byte("\xfe\xff")) {
		mistakes.because(1, "", why("utf-16", "this is UTF-16, which Excel calls Unicode text; save the file as UTF-8 (Excel: CSV UTF-8)"))
		return nil, nil
	}
	return readText(io.MultiReader(bytes.NewReader(begins), r), maxTable,
		why("not-utf-8", "this is not UTF-8, but perhaps Latin-1, which Excel saves as CSV; save the file as UTF-8 (Excel: CSV UTF-8)"), mistakes)
}

var errSeparator = why("separator", "sep= must be followed by a comma, a semicolon or a tab, and nothing else")

// separator is what separates the names of the header, in which none of them occurs. Told: the first line is not the
// header, but says it in the way of spreadsheets: sep=;
func separator(text []byte) (comma rune, told bool, err error) {
	line, _, _ := strings.Cut(strings.TrimLeft(string(text[:min(len(text), maxHeader)]), "\r\n"), "\n")
	said := strings.Trim(strings.TrimSuffix(line, "\r"), `"`)
	if len(said) >= 4 && strings.EqualFold(said[:4], "sep=") {
		switch said[4:] {
		case ",", ";", "\t":
			return rune(said[4]), true, nil
		}
		return 0, true, errSeparator
	}
	for _, comma := range ";\t" {
		if strings.ContainsRune(line, comma) {
			return comma, false, nil
		}
	}
	return ',', false, nil
}

// maxHeader is far more than all columns need.
const maxHeader = 64 << 10
