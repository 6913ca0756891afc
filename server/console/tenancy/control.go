package tenancy

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/pages"
)

// control is one member in a form, by its name in the organisation file. Its texts are field.NAME and hint.NAME.
type control struct {
	Name    string
	Kind    kind
	Options []string // for choice and several: the words of the file, whose texts are option.NAME.WORD
	Words   string   // name that the options' texts go by, where it is not Name
	Label   string   // what the field is about, where its name says not enough
	Key     string   // name that its texts go by, where another thing has a member of this name
	Most    int      // for a number
	Values  []string
	Wrong   string // what is wrong with it; empty: nothing
	Part    string // of the form, which begins here, by the name of its text; empty: goes on
}

// part puts a heading before the controls.
func part(name string, controls ...control) []control {
	if len(controls) > 0 {
		controls[0].Part = name
	}
	return controls
}

// kind is how something is entered.
type kind string

const (
	line    kind = "line"    // a text
	area    kind = "area"    // a longer text
	lines   kind = "lines"   // one entry a line
	number  kind = "number"  // a whole number
	days    kind = "days"    // 0 (always) to Most
	toggle  kind = "toggle"  // on or off
	choice  kind = "choice"  // one of some words
	several kind = "several" // any of some words
	fixed   kind = "fixed"   // a text that can only be read
)

// Value is the only one.
func (c control) Value() string {
	if len(c.Values) == 0 {
		return ""
	}
	return c.Values[0]
}

// Text is the name by which texts are found: what stands in brackets is a name of the tenant's.
func (c control) Text() string {
	if c.Key != "" {
		return c.Key
	}
	name, _, _ := strings.Cut(c.Name, "[")
	return name
}

// Option is the key of a word's text.
func (c control) Option(word string) string {
	if c.Words != "" {
		return c.Words + "." + word
	}
	return "option." + c.Text() + "." + word
}

// Has reports whether the word is chosen.
func (c control) Has(word string) bool { return slices.Contains(c.Values, word) }

// Days are what can be chosen.
func (c control) Days() []string {
	all := make([]string, c.Most+1)
	for i := range all {
		all[i] = strconv.Itoa(i)
	}
	return all
}

// Day is the key of the text of so many days.
func (c control) Day(days string) string {
	switch days {
	case "0":
		return "days.always"
	case "1":
		return "days.one"
	}
	return "days.some"
}

// member returns what is to be written into the file; nil: nothing was entered.
func (c control) member() any {
	switch c.Kind {
	case lines:
		var all []any
		for text := range strings.Lines(c.Value()) {
			if text = strings.TrimSpace(text); text != "" {
				all = append(all, text)
			}
		}
		if all == nil {
			return nil
		}
		return all
	case several:
		if len(c.Values) == 0 {
			return nil
		}
		return c.Values
	case toggle:
		return c.Value() == "on"
	case area:
		if c.Value() == "" {
			return nil
		}
		return strings.ReplaceAll(c.Value(), "\r\n", "\n")
	}
	text := strings.TrimSpace(c.Value())
	if text == "" {
		return nil
	}
	if n, err := strconv.Atoi(text); err == nil && (c.Kind == number || c.Kind == days) {
		return n
	}
	return text
}

// form is what an edit is entered by.
type form struct {
	Controls []control
	Action   string
	Seen     string   // the state that it showed
	Try      string   // where it is tried; empty: it cannot be
	Off      bool     // it can only be read
	Others   []string // what is wrong, and belongs to no field

	Page *pages.Page
}

// On returns the form for the page that it is on.
func (f form) On(p *pages.Page) form {
	f.Page = p
	return f
}

// filled returns the controls with what was sent.
func filled(controls []control, sent url.Values) []control {
	all := slices.Clone(controls)
	for i, c := range all {
		if c.Kind != fixed {
			all[i].Values = sent[c.Name]
		}
	}
	return all
}

// members puts what was entered into the tree of a file.
func members(controls []control) map[string]any {
	tree := map[string]any{}
	for _, c := range controls {
		value := c.member()
		if value == nil {
			continue
		}
		into, name := tree, c.Name
		if of, key, ok := strings.Cut(strings.TrimSuffix(name, "]"), "["); ok {
			into, name = within(tree, of), key
		} else {
			for of, rest, more := strings.Cut(name, "."); more; of, rest, more = strings.Cut(rest, ".") {
				into, name = within(into, of), rest
			}
		}
		into[name] = value
	}
	return tree
}

func within(tree map[string]any, name string) map[string]any {
	inner, ok := tree[name].(map[string]any)
	if !ok {
		inner = map[string]any{}
		tree[name] = inner
	}
	return inner
}

// blame says at each control what is wrong with it, and reports whether err was about what was entered.
func (f *form) blame(err error) bool {
	var mistakes organisation.Mistakes
	var refused *refusal.Error
	switch {
	case errors.As(err, &mistakes):
		for _, m := range mistakes {
			f.note(m.Path, m.What)
		}
		return true
	case errors.As(err, &refused) && refused.Class == refusal.Invalid:
		field, _ := refused.Extra["field"].(string)
		f.note(field, strings.TrimPrefix(refused.Detail, field+": "))
		return true
	}
	return false
}

func (f *form) note(path, what string) {
	for i, c := range f.Controls {
		rest, found := strings.CutPrefix(path, c.Name)
		if found && (rest == "" || rest[0] == '[' || rest[0] == '.') {
			f.Controls[i].Wrong = what
			return
		}
	}
	f.Others = append(f.Others, strings.TrimPrefix(path+": "+what, ": "))
}
