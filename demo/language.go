package demo

import (
	"html/template"
	"net/http"

	"github.com/jawort/jawort/locale"
)

// language is what a page speaks: de or en.
type language string

// languageOf returns the language nearest to those that the browser asks for.
func languageOf(r *http.Request) language {
	return language(locale.Nearest(r.Header.Get("Accept-Language")))
}

// Lang is the language's name in HTML. <jawort-wait> speaks it too.
func (l language) Lang() string { return string(l) }

// Say returns a text of the demo. It may have markup of its own; what it is filled with is text only, whoever wrote that.
func (l language) Say(key string, filled ...any) template.HTML {
	safe := make([]any, len(filled))
	for i, value := range filled {
		safe[i] = template.HTMLEscaper(value)
	}
	return template.HTML(locale.Text(string(l), "demo."+key, safe...))
}
