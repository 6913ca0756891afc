package demo

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/locale"
	"github.com/jawort/jawort/phone"
)

// visitor is a browser with its own cookies.
type visitor struct {
	t         *testing.T
	http      *http.Client
	url       string
	languages string // as the browser asks for them
}

func newVisitor(t *testing.T, url string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, http: &http.Client{Jar: jar}, url: url}
}

func (v *visitor) send(req *http.Request) (status int, page string) {
	v.t.Helper()
	req.Header.Set("Accept-Language", v.languages)
	resp, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") {
		v.t.Errorf("%s has no strict policy", req.URL.Path)
	}
	return resp.StatusCode, string(b)
}

func (v *visitor) get(path string) (int, string) {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.url+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.send(req)
}

func (v *visitor) post(path string, form url.Values) *http.Request {
	v.t.Helper()
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

func (v *visitor) login(password string) (int, string) {
	v.t.Helper()
	return v.send(v.post("/login", url.Values{"account": {demoAccount}, "password": {password}}))
}

// open runs a house with its site on this machine.
func open(t *testing.T) *house {
	t.Helper()
	any0 := "127.0.0.1:0"
	h, _ := run(t, Options{Addresses: Addresses{any0, any0, any0, any0}})
	return h
}

// run runs a house with its site until it is stopped, at the latest at the end of the test.
func run(t *testing.T, o Options) (*house, func()) {
	t.Helper()
	o.Program, o.Log = "jawort", slog.New(slog.DiscardHandler)
	if o.Out == nil {
		o.Out = io.Discard
	}
	h, err := build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return h.process.Run(ctx) })
	g.Go(func() error { return h.serveSite(ctx, o) })
	stop := sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(g.Wait(), h.remove()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return h, stop
}

var (
	linkShown      = regexp.MustCompile(`enrol &#39;([^&]+)&#39;`)
	enrolmentShown = regexp.MustCompile(`name="enrolment" value="([^"]+)"`)
	numberShown    = regexp.MustCompile(`<jawort-wait[^>]* number="([0-9]+)"`)
)

func found(t *testing.T, pattern *regexp.Regexp, page string) string {
	t.Helper()
	m := pattern.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page does not show %s:\n%s", pattern, page)
	}
	return m[1]
}

// register registers a phone as the page says.
func register(t *testing.T, v *visitor) *phone.Phone {
	t.Helper()
	_, page := v.get("/phone")
	p := phone.New(phone.Options{})
	digits, err := p.Enrol(t.Context(), found(t, linkShown, page), "Anna", "Anna's phone", nil)
	if err != nil {
		t.Fatal(err)
	}
	enrolment := found(t, enrolmentShown, page)
	if status, page := v.send(v.post("/phone", url.Values{"enrolment": {enrolment}, "digits": {"000000"}})); status != http.StatusUnprocessableEntity || !strings.Contains(page, string(language(locale.Nearest(v.languages)).Say("phone.wrong-digits", 2))) {
		t.Errorf("wrong digits got %d", status)
	}
	if status, page := v.send(v.post("/phone", url.Values{"enrolment": {enrolment}, "digits": {digits[:3] + " " + digits[3:]}})); status != http.StatusOK || !strings.Contains(page, "Anna&#39;s phone") {
		t.Fatalf("the right digits got %d:\n%s", status, page)
	}
	return p
}

func TestALoginIsCompleteOnlyOnceThePhoneHasApproved(t *testing.T) {
	t.Parallel()
	h := open(t)
	v, stranger := newVisitor(t, h.siteURL), newVisitor(t, h.siteURL)
	p := register(t, v)
	if status, _ := v.login("wrong"); status != http.StatusUnauthorized {
		t.Errorf("a wrong password got %d", status)
	}
	status, page := v.login(demoPassword)
	if status != http.StatusOK {
		t.Fatalf("the login got %d:\n%s", status, page)
	}
	number := found(t, numberShown, page)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	items, err := p.Pending(ctx, 10*time.Second, nil)
	if err != nil || len(items) != 1 {
		t.Fatalf("the phone is asked %d questions, %v", len(items), err)
	}
	if status, _ := stranger.get("/welcome"); status != http.StatusUnauthorized {
		t.Errorf("a stranger was welcomed with %d", status)
	}
	if _, err := p.Decide(ctx, items[0], phone.Approve, number); err != nil {
		t.Fatal(err)
	}
	if status, page := v.get("/welcome"); status != http.StatusOK || !strings.Contains(page, "confirmed by <strong>Anna</strong>") {
		t.Errorf("the welcome page got %d:\n%s", status, page)
	}
	if status, _ := stranger.get("/welcome"); status != http.StatusUnauthorized {
		t.Errorf("a stranger was welcomed with %d", status)
	}
	if status, _ := v.get("/"); status != http.StatusOK {
		t.Errorf("signing out got %d", status)
	}
	if status, _ := v.get("/welcome"); status != http.StatusUnauthorized {
		t.Errorf("after signing out the welcome page got %d", status)
	}
}

func TestADeniedLoginIsNotWelcome(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	p := register(t, v)
	if status, _ := v.login(demoPassword); status != http.StatusOK {
		t.Fatalf("the login got %d", status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	items, err := p.Pending(ctx, 10*time.Second, nil)
	if err != nil || len(items) != 1 {
		t.Fatalf("the phone is asked %d questions, %v", len(items), err)
	}
	if _, err := p.Decide(ctx, items[0], phone.Deny, ""); err != nil {
		t.Fatal(err)
	}
	if status, _ := v.get("/welcome"); status != http.StatusUnauthorized {
		t.Errorf("the welcome page got %d", status)
	}
}

func TestAnotherSitesFormIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	req := v.post("/login", url.Values{"account": {demoAccount}, "password": {demoPassword}})
	req.Header.Set("Origin", "https://evil.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _ := v.send(req); status != http.StatusForbidden {
		t.Errorf("another site's form got %d", status)
	}
}

func TestANameThatWasLedToTheDemoIsRefused(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	public, _ := run(t, o)
	local := open(t)
	for _, c := range []struct {
		visitor *visitor
		house   *house
	}{{newVisitor(t, local.siteURL), local}, {newStranger(t, public), public}} {
		host := c.house.front.host
		for name, want := range map[string]int{
			host: http.StatusOK, host + ":8090": http.StatusOK, strings.ToUpper(host): http.StatusOK,
			"evil.example": http.StatusMisdirectedRequest, "evil.example:8090": http.StatusMisdirectedRequest,
			host + ".evil.example": http.StatusMisdirectedRequest, "evil." + host: http.StatusMisdirectedRequest,
			"127.0.0.1": http.StatusMisdirectedRequest, "[::1]:8090": http.StatusMisdirectedRequest,
		} {
			for _, req := range []*http.Request{c.visitor.post("/", nil), c.visitor.post("/phone", url.Values{"digits": {"123456"}})} {
				if req.URL.Path == "/" {
					req.Method = http.MethodGet
				}
				req.Host = name
				status, page := c.visitor.send(req)
				if refused := status == http.StatusMisdirectedRequest; refused != (want == http.StatusMisdirectedRequest) || refused && !strings.Contains(page, c.house.siteURL) {
					t.Errorf("%s %s as %s got %d:\n%s", req.Method, req.URL.Path, name, status, page)
				}
			}
		}
	}
}

func TestWhoComesToNoPageFindsTheLoginPage(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	v.languages = "de"
	for path, want := range map[string]int{"/login": http.StatusOK, "/nowhere": http.StatusNotFound} {
		status, page := v.get(path)
		said := strings.Contains(page, "Hier ist nichts.")
		if status != want || said != (want == http.StatusNotFound) || !strings.Contains(page, `action="/login"`) {
			t.Errorf("%s got %d:\n%s", path, status, page)
		}
	}
}

func TestBrowsersCallAPublicDemoByTLSOnly(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	public, _ := run(t, o)
	local := open(t) // without TLS, where the header would be void
	for v, want := range map[*visitor]string{newStranger(t, public): edge.StrictTransport, newVisitor(t, local.siteURL): ""} {
		for _, path := range []string{"/", "/style.css", "/nowhere", "/welcome"} {
			resp, err := v.http.Get(v.url + path)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got := resp.Header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s%s has %q", v.url, path, got)
			}
		}
	}
}

func TestTheDemoListensOnThisMachineOnly(t *testing.T) {
	t.Parallel()
	here := &front{host: "localhost"}
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0", "nonsense"} {
		if l, _, err := here.listen("site", address); err == nil {
			l.Close()
			t.Errorf("it listens on %s", address)
		}
	}
	l, url, err := here.listen("site", "127.0.0.1:0")
	if err != nil || !strings.HasPrefix(url, "http://localhost:") {
		t.Fatalf("listen = %q, %v", url, err)
	}
	l.Close()
}
