package pagestest

import (
	"html"
	"net/http"
	"regexp"
)

var next = regexp.MustCompile(`href="([^"]*)">(?:More|Weitere)<`)

// Walk opens a list page by page from an address on, and returns what the first group of a pattern finds. turn is called between two pages; nil: nothing happens there.
func (b *Browser) Walk(at, pattern string, turn func()) (all []string) {
	b.Helper()
	entry := regexp.MustCompile(pattern)
	for {
		p := b.Get(at).Want(http.StatusOK)
		for _, m := range entry.FindAllStringSubmatch(p.Text, -1) {
			all = append(all, html.UnescapeString(m[1]))
		}
		m := next.FindStringSubmatch(p.Text)
		if m == nil {
			return all
		}
		at = html.UnescapeString(m[1])
		if turn != nil {
			turn()
		}
	}
}
