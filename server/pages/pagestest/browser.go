// Package pagestest opens pages of ours as browsers do, and says what is on them. It runs no scripts; tests of journeys do.
package pagestest

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// Browser is one with its own cookies, as a person uses it: it does not follow redirects by itself.
type Browser struct {
	testing.TB
	server string
	Client *http.Client
}

// New returns one for pages of the server at an address.
func New(t testing.TB, server string) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{t, server, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Cookie is one that the browser has.
func (b *Browser) Cookie(name string) *http.Cookie {
	b.Helper()
	for _, c := range b.Client.Jar.Cookies(b.at()) {
		if c.Name == name {
			return c
		}
	}
	b.Fatalf("the browser has no cookie %s", name)
	return nil
}

// Bring gives the browser a cookie that somebody kept.
func (b *Browser) Bring(c *http.Cookie) { b.Client.Jar.SetCookies(b.at(), []*http.Cookie{c}) }

func (b *Browser) at() *url.URL {
	b.Helper()
	u, err := url.Parse(b.server)
	if err != nil {
		b.Fatal(err)
	}
	return u
}

// Page is what a browser got.
type Page struct {
	testing.TB
	Status int
	Header http.Header
	Text   string
}

// Get opens a page, by its path or its address.
func (b *Browser) Get(at string, headers ...string) Page {
	b.Helper()
	return b.Do(http.MethodGet, at, nil, headers...)
}

// Head asks for a page as those do who only want to know whether it is there.
func (b *Browser) Head(at string) Page {
	b.Helper()
	return b.Do(http.MethodHead, at, nil)
}

// Post sends a form, as our own page would. Headers are names and values.
func (b *Browser) Post(at string, form url.Values, headers ...string) Page {
	b.Helper()
	return b.Do(http.MethodPost, at, form, headers...)
}

// Do sends a form by a method.
func (b *Browser) Do(method, at string, form url.Values, headers ...string) Page {
	b.Helper()
	return b.Send(method, at, strings.NewReader(form.Encode()), headers...)
}

// Send sends a body.
func (b *Browser) Send(method, at string, body io.Reader, headers ...string) Page {
	b.Helper()
	if strings.HasPrefix(at, "/") {
		at = b.server + at
	}
	r, err := http.NewRequestWithContext(b.Context(), method, at, body)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.server)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := b.Client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return Page{b.TB, resp.StatusCode, resp.Header, string(text)}
}

// Want fails the test unless the page has this status.
func (p Page) Want(status int) Page {
	p.Helper()
	if p.Status != status {
		p.Fatalf("answered %d, want %d: %s", p.Status, status, p.Text)
	}
	return p
}

// To is where the page leads.
func (p Page) To() string { return p.Header.Get("Location") }

// Says fails the test unless all the texts are on the page.
func (p Page) Says(texts ...string) Page {
	p.Helper()
	for _, t := range texts {
		if !strings.Contains(html.UnescapeString(p.Text), t) {
			p.Errorf("the page does not say %q: %s", t, p.Text)
		}
	}
	return p
}

// Silent fails the test where one of the texts is on the page.
func (p Page) Silent(texts ...string) Page {
	p.Helper()
	for _, t := range texts {
		if strings.Contains(html.UnescapeString(p.Text), t) {
			p.Errorf("the page says %q: %s", t, p.Text)
		}
	}
	return p
}

// Found is the first group of a pattern on the page.
func (p Page) Found(pattern string) string {
	p.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(p.Text)
	if m == nil {
		p.Fatalf("nothing like %s in %s", pattern, p.Text)
	}
	return html.UnescapeString(m[1])
}

// Number is the one that a page shows which waits for a phone.
func (p Page) Number() string {
	p.Helper()
	return p.Found(`class="number">([0-9]+)<`)
}
