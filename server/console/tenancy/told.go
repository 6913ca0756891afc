package tenancy

import (
	"slices"
	"strings"

	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
)

// told are the lines of a plan in the words of the form that it comes from: what has no control there keeps the name that it has in the file.
func told(v *console.Visit, controls []control, lines []organisation.Line) []organisation.Line {
	for _, l := range lines {
		for i, f := range l.Fields {
			at := slices.IndexFunc(controls, func(c control) bool { return c.path() == f.Name })
			if at < 0 {
				continue
			}
			c := controls[at]
			l.Fields[i] = organisation.Field{Name: c.called(v), Before: c.said(v, f.Before), After: c.said(v, f.After)}
		}
	}
	return lines
}

// path is how a plan calls the member.
func (c control) path() string { return strings.NewReplacer("[", ".", "]", "").Replace(c.Name) }

func (c control) called(v *console.Visit) string {
	text := v.Text("field." + c.Text())
	if c.Label != "" {
		text += ": " + c.Label
	}
	return text
}

// said is a value in the words by which it is chosen.
func (c control) said(v *console.Visit, value string) string {
	switch {
	case value == "":
		return ""
	case c.Kind == toggle && value == "true":
		return v.Text("console.yes")
	case c.Kind == toggle:
		return v.Text("console.no")
	case c.Kind == days:
		return v.Text(c.Day(value), value)
	case c.Kind == choice || c.Kind == several:
		words := strings.Split(value, ", ")
		for i, word := range words {
			if slices.Contains(c.Options, word) {
				words[i] = v.Text(c.Option(word))
			}
		}
		return strings.Join(words, ", ")
	}
	return value
}
