package organisation

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

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

// Read reads a file and checks all that can be checked without knowing what there is. What cannot be read at all is among
// the mistakes; an error says that reading itself failed.
func Read(r io.Reader) (File, error) {
	var f File
	limited := &io.LimitedReader{R: r, N: maxFile + 1}
	documents := yaml.NewDecoder(limited)
	for {
		var n yaml.Node
		err := documents.Decode(&n)
		switch {
		case limited.N <= 0:
			f.Mistakes.add(1, "", "the file is larger than 4 MiB; import accounts with jawort accounts import")
			return f, nil
		case errors.Is(err, io.EOF):
			return f.complete(), nil
		case err != nil:
			return f, f.unreadable(err)
		}
		f.add(&n)
	}
}

// syntax is how package yaml tells where it stopped.
var syntax = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// unreadable notes a mistake of the syntax; any other error is one of reading.
func (f *File) unreadable(err error) error {
	found := syntax.FindStringSubmatch(err.Error())
	if found == nil || strings.HasPrefix(found[2], "input error") {
		return fmt.Errorf("organisation: read: %w", err)
	}
	line, err := strconv.Atoi(found[1])
	if err != nil {
		line = 1
	}
	f.Mistakes.add(line, "", "this is not YAML: "+found[2])
	return nil
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
		for _, name := range []string{doc.Tenant.Name, doc.Tenant.Formerly} {
			if name != "" && seen[name] {
				f.Mistakes.add(doc.at.lineOf("tenant.name"), "tenant.name", "has a document of its own in this file already")
			}
			seen[name] = true
		}
	}
	return f
}
