package organisation

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Line is one line of a plan as it is shown.
type Line struct {
	New    bool    `json:"new"`
	Kind   string  `json:"kind"` // tenant, application, group, sms, account
	ID     string  `json:"id,omitempty"`
	Name   string  `json:"name,omitempty"`
	Fields []Field `json:"fields"`
}

// Lines returns all that changes, in the order in which it is carried out. What is new has its id only when the plan was
// carried out: the next plan would make another one.
func (p Plan) Lines(applied bool) []Line {
	lines := []Line{}
	line := func(kind, id string, s step) {
		if s.New() && !applied {
			id = ""
		}
		lines = append(lines, Line{s.New(), kind, id, s.name(), append([]Field{}, s.fields()...)})
	}
	for _, s := range p.Tenants {
		line("tenant", s.After.ID, s)
	}
	for _, s := range p.Applications {
		line("application", s.After.ID, s)
	}
	for _, s := range p.Groups {
		line("group", s.After.ID, s)
	}
	for _, s := range p.SMS {
		line("sms", "", s)
	}
	for _, s := range p.Accounts {
		line("account", s.After.ID, s)
	}
	return lines
}

// step is a Step of any kind.
type step interface {
	New() bool
	name() string
	fields() []Field
}

// Write shows the plan as a diff does.
func (p Plan) Write(w io.Writer) {
	for _, l := range p.Lines(false) {
		fmt.Fprintln(w, l)
	}
	if p.Unchanged > 0 {
		fmt.Fprintf(w, "= %d unchanged\n", p.Unchanged)
	}
}

// String writes a line such as ~ application Portal: max_interval 12h → 1d.
func (l Line) String() string {
	sign := "~"
	if l.New {
		sign = "+"
	}
	text := strings.TrimSpace(sign + " " + l.Kind + " " + l.Name)
	fields := make([]string, len(l.Fields))
	for i, f := range l.Fields {
		if fields[i] = f.Name + " " + short(f.Before) + " → " + short(f.After); l.New {
			fields[i] = f.Name + " " + short(f.After)
		}
	}
	if len(fields) == 0 {
		return text
	}
	return text + ": " + strings.Join(fields, ", ")
}

const longest = 60 // characters of a text that are shown

func short(text string) string {
	if text == "" {
		return "unset"
	}
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) > longest {
		return string([]rune(text)[:longest]) + "…"
	}
	return text
}

// Empty reports whether nothing changes.
func (p Plan) Empty() bool {
	return len(p.Tenants)+len(p.Applications)+len(p.Groups)+len(p.SMS)+len(p.Accounts) == 0
}
