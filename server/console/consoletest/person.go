package consoletest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"github.com/descope/virtualwebauthn"

	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/outbox"
)

// Person is an operator at a browser, which does not follow redirects by itself, with an authenticator by an implementation that is not ours.
type Person struct {
	Operator operator.Operator
	h        *House
	client   *http.Client
	rp       virtualwebauthn.RelyingParty
	auth     virtualwebauthn.Authenticator
	key      virtualwebauthn.Credential
}

// In is somebody with a role, who has just signed in: of one tenant, or of all where it is empty.
func (h *House) In(role operator.Role, tenant string) *Person {
	h.Helper()
	jar, err := cookiejar.New(nil)
	h.Must(err)
	u, err := url.Parse(h.URL)
	h.Must(err)
	p := &Person{
		h: h, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		rp: virtualwebauthn.RelyingParty{ID: u.Hostname(), Origin: h.URL}, auth: virtualwebauthn.NewAuthenticator(), key: newKey(),
	}
	o, link, err := console.Invite(h.Context(), h.Operators, operator.Operator{Name: "Anna, Desk 2", Role: role, Tenant: tenant}, h.URL, rand.Reader,
		outbox.Actor{Kind: outbox.ByCommand, ID: "jawort"})
	h.Must(err)
	p.Operator = o
	path := strings.TrimPrefix(link, h.URL)
	p.Post(path, url.Values{"passkey": {p.create(p.Get(path).Want(http.StatusOK))}}).Want(http.StatusSeeOther)
	return p
}

func newKey() virtualwebauthn.Credential {
	const whole = 77 // bytes of a P-256 COSE_Key: this authenticator misspells keys whose coordinates begin with zeros
	for {
		if k := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(k.Key.AttestationData()) == whole {
			return k
		}
	}
}

func (p *Person) create(from Page) string {
	var options struct {
		Challenge string `json:"challenge"`
		User      struct {
			ID string `json:"id"`
		} `json:"user"`
	}
	p.h.Must(json.Unmarshal([]byte(from.Found(`data-options="([^"]*)"`)), &options))
	challenge, err := base64.RawURLEncoding.DecodeString(options.Challenge)
	p.h.Must(err)
	p.auth.Options.UserHandle, err = base64.RawURLEncoding.DecodeString(options.User.ID)
	p.h.Must(err)
	return virtualwebauthn.CreateAttestationResponse(p.rp, p.auth, p.key, virtualwebauthn.AttestationOptions{Challenge: challenge})
}

// Page is what a browser got.
type Page struct {
	Status int
	Header http.Header
	Text   string
	h      *House
}

// Get opens a page.
func (p *Person) Get(path string, headers ...string) Page {
	p.h.Helper()
	return p.do(http.MethodGet, path, nil, headers)
}

// Head asks for a page as those do who only want to know whether it is there.
func (p *Person) Head(path string) Page {
	p.h.Helper()
	return p.do(http.MethodHead, path, nil, nil)
}

// Post sends a form, as the console's own page would.
func (p *Person) Post(path string, form url.Values, headers ...string) Page {
	p.h.Helper()
	own := []string{"Content-Type", "application/x-www-form-urlencoded", "Origin", p.h.URL, "Sec-Fetch-Site", "same-origin"}
	return p.do(http.MethodPost, path, strings.NewReader(form.Encode()), append(own, headers...))
}

func (p *Person) do(method, path string, body io.Reader, headers []string) Page {
	p.h.Helper()
	r, err := http.NewRequestWithContext(p.h.Context(), method, p.h.URL+path, body)
	p.h.Must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.client.Do(r)
	p.h.Must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	p.h.Must(err)
	return Page{resp.StatusCode, resp.Header, string(text), p.h}
}

// Want fails the test unless the page has this status.
func (p Page) Want(status int) Page {
	p.h.Helper()
	if p.Status != status {
		p.h.Fatalf("answered %d, want %d: %s", p.Status, status, p.Text)
	}
	return p
}

// To is where the page leads.
func (p Page) To() string { return p.Header.Get("Location") }

// Says fails the test unless all the texts are on the page.
func (p Page) Says(texts ...string) Page {
	p.h.Helper()
	for _, t := range texts {
		if !strings.Contains(html.UnescapeString(p.Text), t) {
			p.h.Errorf("the page does not say %q: %s", t, p.Text)
		}
	}
	return p
}

// Silent fails the test where one of the texts is on the page.
func (p Page) Silent(texts ...string) Page {
	p.h.Helper()
	for _, t := range texts {
		if strings.Contains(html.UnescapeString(p.Text), t) {
			p.h.Errorf("the page says %q: %s", t, p.Text)
		}
	}
	return p
}

// Found is the first group of a pattern on the page.
func (p Page) Found(pattern string) string {
	p.h.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(p.Text)
	if m == nil {
		p.h.Fatalf("nothing like %s in %s", pattern, p.Text)
	}
	return html.UnescapeString(m[1])
}
