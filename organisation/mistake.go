package organisation

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jawort/jawort/refusal"
)

// Mistake is something in a file that cannot be.
type Mistake struct {
	Line int    `json:"line"`
	Path string `json:"path,omitempty"` // such as groups[0].interval.max; empty: the file as such
	What string `json:"what"`

	Code string `json:"-"` // of what is wrong with a list of accounts, by which a page says it in the reader's language
	Args []any  `json:"-"` // of that text
}

// Mistakes are all of a file, in the order of their lines. A file with mistakes changes nothing.
type Mistakes []Mistake

func (m Mistakes) Error() string {
	var b strings.Builder
	m.Write(&b, "file")
	return strings.TrimSuffix(b.String(), "\n")
}

// Write tells each mistake in a line of its own, as compilers do.
func (m Mistakes) Write(w io.Writer, file string) {
	for _, one := range m {
		if one.Path == "" {
			fmt.Fprintf(w, "%s:%d: %s\n", file, one.Line, one.What)
			continue
		}
		fmt.Fprintf(w, "%s:%d: %s: %s\n", file, one.Line, one.Path, one.What)
	}
}

// Sorted returns the mistakes as an error, each once, or nil where there are none.
func (m Mistakes) Sorted() error {
	if len(m) == 0 {
		return nil
	}
	var sorted Mistakes
	type mistake struct {
		line       int
		path, what string
	}
	told := map[mistake]bool{}
	for _, one := range m {
		if said := (mistake{one.Line, one.Path, one.What}); !told[said] {
			told[said] = true
			sorted = append(sorted, one)
		}
	}
	slices.SortStableFunc(sorted, func(a, b Mistake) int { return cmp.Compare(a.Line, b.Line) })
	return sorted
}

func (m *Mistakes) add(line int, path, what string) {
	m.because(line, path, reason{what: what})
}

// maxMistakes bounds what is kept: nobody reads more, and a list of nothing else would fill the memory.
const maxMistakes = 10_000

func (m *Mistakes) because(line int, path string, r reason) {
	if len(*m) >= maxMistakes {
		return
	}
	*m = append(*m, Mistake{line, path, r.what, r.code, r.args})
}

// refused takes a refusal apart into the field that it names, empty where it names none, and its sentence.
func refused(err error) (field, sentence string) {
	var r *refusal.Error
	if !errors.As(err, &r) {
		return "", err.Error()
	}
	field, _ = r.Extra["field"].(string)
	return field, strings.TrimPrefix(r.Detail, field+": ")
}
