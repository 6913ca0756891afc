package pages

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jawort/jawort/refusal"
)

// Pager leads through a long list: bodies have it in them, and their templates say {{template "pager" .}}.
type Pager struct {
	Next  string // address of the next page; empty: this is the last
	First string // address of the first page; empty: this is it
}

// Paged keeps the first most of what was found; one more of it tells that there is another page. list is the address of this page, cursor where an entry stands in
// the order of the list: by its own words, so that the next page is there even where the entry is not any more.
func Paged[T any](list *url.URL, found []T, most int, cursor func(T) string) ([]T, Pager) {
	var p Pager
	if len(found) > most {
		found = found[:most]
		p.Next = turned(list, cursor(found[most-1]))
	}
	if list.Query().Get("after") != "" {
		p.First = turned(list, "")
	}
	return found, p
}

// turned is the address of another page of the same list; empty after: of the first one.
func turned(list *url.URL, after string) string {
	query := list.Query()
	query.Del("after")
	query.Del("done")
	if after != "" {
		query.Set("after", after)
	}
	return (&url.URL{Path: list.Path, RawQuery: query.Encode()}).String()
}

// errCursor is what who made up an address gets.
var errCursor = refusal.Field("after", "must be the place where a page of this list ended")

// Cursor is where a page ended, as it stands in the address of the next one. Only the last part may have dots in it.
func Cursor(parts ...string) string { return strings.Join(parts, ".") }

// ReadCursor returns where the page begins, in so many parts; all are empty on the first page.
func ReadCursor(list *url.URL, parts int) ([]string, error) {
	text := list.Query().Get("after")
	if text == "" {
		return make([]string, parts), nil
	}
	all := strings.SplitN(text, ".", parts)
	if len(all) != parts || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return nil, errCursor
	}
	return all, nil
}

// CursorAt is Cursor in a list that is in the order of time.
func CursorAt(at time.Time, id string) string {
	return Cursor(strconv.FormatInt(at.UnixMicro(), 10), id)
}

// ReadCursorAt is ReadCursor for CursorAt; a zero time is the first page.
func ReadCursorAt(list *url.URL) (at time.Time, id string, err error) {
	parts, err := ReadCursor(list, 2)
	if err != nil || list.Query().Get("after") == "" {
		return at, "", err
	}
	micros, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || micros <= 0 {
		return at, "", errCursor
	}
	return time.UnixMicro(micros), parts[1], nil
}
