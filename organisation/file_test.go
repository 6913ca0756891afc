package organisation_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/jawort/jawort/organisation"
)

func TestAFileThatSaysNothingIsAMistake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "org.yaml:1: there is nothing in the file; it begins with tenant: {name: …}\n"},
		"comments only":   {"# nothing\n---\n# nothing\n", "org.yaml:1: there is nothing in the file; it begins with tenant: {name: …}\n"},
		"a word":          {"\n\ntenant", "org.yaml:3: must be a mapping: lines such as name: value\norg.yaml:3: tenant.name: must not be empty\n"},
		"too much":        {"# " + strings.Repeat("x", 5<<20), "org.yaml:1: the file is larger than 4 MiB; take it apart\n"},
		"binary":          {"\x00\x01", "org.yaml:1: this is not YAML: control characters are not allowed\n"},
		"another charset": {"tenant:\n name: M\xfcller", "org.yaml:2: this is not UTF-8; save the file as UTF-8\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := planned(t, c.text, muster(t))
			if got := told(t, err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAFileThatCannotBeReadIsNoMistakeOfTheFile(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	_, err := organisation.Read(io.MultiReader(strings.NewReader("tenant: {name: Muster}\n"), iotest.ErrReader(broken)))
	if err == nil {
		t.Error("half a file was taken for a whole one")
	}
}

func TestNoMistakeAndNoPlanShowsAWholeNumberAddressOrLabel(t *testing.T) {
	t.Parallel()
	const account = "tenant: {name: Muster}\naccounts:\n- {account: 9, label: Erika Mustermann, phone: +49 152 28817386, email: erika@post.example"
	secrets := []string{"Mustermann", "28817386", "erika"}
	plans, err := planned(t, account+"}", muster(t))
	must(t, err)
	var shown strings.Builder
	plans[0].Write(&shown)
	_, err = planned(t, strings.NewReplacer("152 28817386", "152 2881738600", "erika@", "erika@@").Replace(account)+", interval: 9}", muster(t))
	shown.WriteString(told(t, err))
	for _, secret := range secrets {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("%q is shown in %s", secret, &shown)
		}
	}
}

// FuzzRead brings files that nobody would write: reading and planning them must end, and a plan must not come without a tenant.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*/*.yaml")
	must(f, err)
	if len(files) == 0 {
		f.Fatal("there are no seeds")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(f, err)
		f.Add(string(text))
	}
	f.Add("tenant: &a {name: x, support: *a}\ngroups: [*a, *a]")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := organisation.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		plans, err := planned(t, text, organisation.State{})
		if err == nil && (len(plans) == 0 || plans[0].Tenant.Name == "") {
			t.Errorf("%d plans of %d documents, without mistakes", len(plans), len(read.Documents))
		}
	})
}
