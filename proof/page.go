package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed page.md.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"oneLine": func(s string) string { return strings.Join(strings.Fields(s), " ") },
	"cell":    func(s string) string { return strings.ReplaceAll(s, "|", `\|`) },
	"yes":     func(b bool) string { return map[bool]string{true: "yes", false: "**no**"}[b] },
	"figure": func(g goal) string {
		if g.Measured == nil {
			return "not measured"
		}
		return fmt.Sprintf("%.4g %s", *g.Measured, g.Unit)
	},
	"share": func(f float64) string { return fmt.Sprintf("%.3g", f) },
}).Parse(pageText))

func (r *report) page() ([]byte, error) {
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, r)
	return b.Bytes(), err
}
