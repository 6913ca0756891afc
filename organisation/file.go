package organisation

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
)

// File is a file with one document for each tenant.
type File struct {
	Documents []*Document
	Mistakes  Mistakes // of what can be seen without knowing what there is
}

// Document is what is said about one tenant.
type Document struct {
	Tenant       Tenant           `yaml:"tenant"`
	Applications []Application    `yaml:"applications"`
	Groups       []Group          `yaml:"groups"`
	SMS          *ledger.Settings `yaml:"sms"` // budgets name applications and groups, not their ids
	Accounts     []Account        `yaml:"accounts"`

	at *decoder // knows the lines
}

// Tenant is the organisation itself.
type Tenant struct {
	Name                 string `yaml:"name"`
	Formerly             string `yaml:"formerly"`
	account.TenantPolicy `yaml:",inline"`
}

// Application is one of the tenant's login services.
type Application struct {
	Name                      string   `yaml:"name"`
	Formerly                  string   `yaml:"formerly"`
	Origins                   []string `yaml:"origins"`
	RPID                      string   `yaml:"rp_id"`
	account.ApplicationPolicy `yaml:",inline"`
}

// Group is one of the tenant's groups.
type Group struct {
	Name                string `yaml:"name"`
	Formerly            string `yaml:"formerly"`
	account.GroupPolicy `yaml:",inline"`
}

// Account is one of the tenant's accounts.
type Account struct {
	ExternalID string `yaml:"account"`
	Label      string `yaml:"label"`
	Group      string `yaml:"group"`   // by name
	Manager    string `yaml:"manager"` // by login number
	Phone      string `yaml:"phone"`
	Email      string `yaml:"email"`
	Language   string `yaml:"language"`
	Interval   *int   `yaml:"interval"`
	SMS        bool   `yaml:"sms"`
}

// maxFile bounds what is read: thousands of accounts come as CSV.
const maxFile = 4 << 20

// Read reads a file and checks all that can be checked without knowing what there is. What cannot be understood is among
// the mistakes; an error says that reading itself failed.
func Read(r io.Reader) (File, error) {
	var f File
	text, err := readText(r, maxFile, why("", "this is not UTF-8; save the file as UTF-8"), &f.Mistakes)
	if err != nil || len(f.Mistakes) > 0 {
		return f, err
	}
	documents := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var n yaml.Node
		err := documents.Decode(&n)
		switch {
		case errors.Is(err, io.EOF):
			return f.complete(), nil
		case err != nil:
			f.unreadable(err)
			return f, nil
		}
		f.add(&n)
	}
}

// readText reads a file of at most so many bytes, which must be UTF-8; otherwise it tells what to do.
func readText(r io.Reader, most int64, otherwise reason, mistakes *Mistakes) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("organisation: read: %w", err)
	}
	if int64(len(text)) > most {
		mistakes.because(1, "", why("too-large", "the file is larger than %d MiB; take it apart", most>>20))
		return nil, nil
	}
	if !utf8.Valid(text) {
		mistakes.because(1+bytes.Count(text[:invalid(text)], []byte("\n")), "", otherwise)
		return nil, nil
	}
	return bytes.TrimPrefix(text, []byte("\uFEFF")), nil
}

// invalid returns where a text stops being UTF-8.
func invalid(text []byte) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// syntax is how package yaml tells where it stopped.
var syntax = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func (f *File) unreadable(err error) {
	line, what := 1, err.Error()
	if found := syntax.FindStringSubmatch(what); found != nil {
		what = found[2]
		if n, err := strconv.Atoi(found[1]); err == nil {
			line = n
		}
	}
	f.Mistakes.add(line, "", "this is not YAML: "+what)
}

func (f *File) add(n *yaml.Node) {
	root := n.Content[0]
	if root.Tag == "!!null" {
		return // nothing between two lines of dashes
	}
	doc := &Document{at: &decoder{lines: map[string]int{"": root.Line}}}
	doc.at.read(root, reflect.ValueOf(doc).Elem(), "")
	doc.check()
	f.Mistakes = append(f.Mistakes, doc.at.mistakes...)
	doc.at.mistakes = nil
	f.Documents = append(f.Documents, doc)
}

// complete checks what concerns the file as such.
func (f File) complete() File {
	if len(f.Documents) == 0 {
		f.Mistakes.add(1, "", "there is nothing in the file; it begins with tenant: {name: …}")
	}
	seen := map[string]bool{}
	for _, doc := range f.Documents {
		called := doc.Wants().Tenants
		if slices.ContainsFunc(called, func(name string) bool { return seen[name] }) {
			f.Mistakes.add(doc.at.lineOf("tenant.name"), "tenant.name", "has a document of its own in this file already")
		}
		for _, name := range called {
			seen[name] = true
		}
	}
	return f
}
