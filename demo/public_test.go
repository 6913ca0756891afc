package demo

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/jawort/jawort/edge/browsertest"
)

// enter signs in for the first time, and makes another tab the phone by which that is confirmed.
func enter(login *browsertest.Tab, password string) (phone *browsertest.Tab) {
	login.Helper()
	signInWith(login, password)
	login.Click(`button[data-method="push"]`)
	phone = app(login, "#here")
	confirmFirst(login, phone)
	return phone
}

// confirmFirst registers the phone while it is asked already.
func confirmFirst(login, phone *browsertest.Tab) {
	login.Helper()
	login.Type("#field", registerIn(phone))
	login.Press("\r")
	confirm(login, phone)
	login.WantText("h1", "Signed in")
}

func TestAPublicDemoGoesFromItsPasswordToALoginThatAPhoneConfirmed(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	h, _ := run(t, o)
	login := newTab(t, h)
	login.WantText(".hint", "shown where this demo was started")
	login.WantAccessible()
	phone := enter(login, h.record.Password)
	if at := phone.URL(); !strings.HasPrefix(at, h.phoneURL+"/") || !strings.HasPrefix(at, "https://"+h.front.host+":") {
		t.Errorf("the app is at %s", at)
	}
	if !browsertest.Eval[bool](phone, `navigator.serviceWorker.ready.then((r) => r.active !== null)`) {
		t.Error("the app has no service worker to be woken by")
	}
	login.Click(`a[href="/phone"]`)
	login.WantText("h1", "Register a phone")
	login.WantAccessible()
}

func TestAPhoneOfAPublicDemoGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	before, stop := run(t, o)
	login := newTab(t, before)
	phone := enter(login, before.record.Password)
	stop()
	after, _ := run(t, o)
	phone.Go(after.phoneURL)
	phone.WantText("main", "Nothing to confirm right now.")
	login.Go(after.siteURL)
	signInWith(login, before.record.Password)
	confirm(login, phone)
	login.WantText("h1", "Signed in")
}

func TestAPhoneOfADemoThatBeganAnewSaysSoAndIsRegisteredAgain(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	before, stop := run(t, o)
	login := newTab(t, before)
	phone := enter(login, before.record.Password)
	stop()
	o.Data = t.TempDir()
	after, _ := run(t, o)
	phone.Go(after.phoneURL)
	phone.WantText("main", "The server does not know this phone any more")
	phone.WantText("main", "Open each to add it again or to remove it.")
	login.Go(after.siteURL)
	signInWith(login, after.record.Password)
	login.Click(`button[data-method="push"]`)
	login.Wait("#here")
	phone.Go(browsertest.Eval[string](login, `document.querySelector("jawort-wait").shadowRoot.querySelector("#here").href`))
	confirmFirst(login, phone)
}

// newStranger is a visitor from outside, who trusts the tests' authority and finds the host.
func newStranger(t *testing.T, h *house) *visitor {
	t.Helper()
	v := newVisitor(t, h.siteURL)
	roots := x509.NewCertPool()
	roots.AddCert(issuer.cert)
	v.http.Transport = &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, h.site.Addr().String())
		},
	}
	return v
}

func TestAStrangerRegistersNoPhoneAndDoesNotLearnThePassword(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	h, _ := run(t, o)
	v := newStranger(t, h)
	if _, page := v.get("/"); strings.Contains(page, h.record.Password) || strings.Contains(page, "password <code>") {
		t.Error("the login page shows the password")
	}
	wantNoPhone := func(who string) {
		t.Helper()
		if status, page := v.get("/phone"); status != http.StatusUnauthorized || linkShown.MatchString(page) {
			t.Errorf("%s: the page that registers phones got %d", who, status)
		}
		if status, _ := v.send(v.post("/phone", url.Values{"enrolment": {"enr_x"}, "digits": {"123456"}})); status != http.StatusUnauthorized {
			t.Errorf("%s: digits got %d", who, status)
		}
	}
	wantNoPhone("a stranger")
	if status, _ := v.login(demoPassword); status != http.StatusUnauthorized {
		t.Errorf("the password of the demo on one machine got %d", status)
	}
	if status, _ := v.login(h.record.Password); status != http.StatusOK {
		t.Errorf("the password got %d", status)
	}
	wantNoPhone("somebody who has the password only")
}

func TestPasswordsCannotBeTriedByTheThousand(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	h, _ := run(t, o)
	v := newStranger(t, h)
	var tried sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for range 3 * mostGuesses {
		tried.Go(func() {
			status, _ := v.login("wrong")
			mu.Lock()
			defer mu.Unlock()
			got[status]++
		})
	}
	tried.Wait()
	if got[http.StatusUnauthorized] != mostGuesses || got[http.StatusTooManyRequests] != 2*mostGuesses {
		t.Errorf("wrong passwords got %v", got)
	}
	if status, page := v.login(h.record.Password); status != http.StatusTooManyRequests || !strings.Contains(page, "Try again in 10 minutes") {
		t.Errorf("the right one after them got %d", status)
	}
}

func TestTheSessionOfAPublicDemoStaysOnItsHostAndUnderTLS(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	h, _ := run(t, o)
	v := newStranger(t, h)
	resp, err := v.http.Do(v.post("/login", url.Values{"account": {demoAccount}, "password": {h.record.Password}}))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	const want = "; Path=/; HttpOnly; Secure; SameSite=Lax"
	if set := resp.Header.Get("Set-Cookie"); !strings.HasPrefix(set, "__Host-demo_session=") || !strings.HasSuffix(set, want) {
		t.Errorf("the cookie is %q", set)
	}
}

func TestARenewedCertificateIsServedAndTrustedWithoutARestart(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	h, _ := run(t, o)
	v := newStranger(t, h)
	wantServed := func(when string, cert *x509.Certificate) {
		t.Helper()
		resp, err := v.http.Get(h.siteURL)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if served := resp.TLS.PeerCertificates[0]; served.SerialNumber.Cmp(cert.SerialNumber) != 0 {
			t.Errorf("%s: another certificate is served", when)
		}
		h.caller.CloseIdleConnections()
		if status, _ := v.login(h.record.Password); status != http.StatusOK {
			t.Errorf("%s: the login got %d", when, status)
		}
	}
	pair, err := tls.LoadX509KeyPair(o.Public.CertFile, o.Public.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	wantServed("at first", pair.Leaf)
	fresh := files(t, o.Public.URL)
	renewed := issuer.issue(t, fresh, h.front.host, today)
	write(t, o.Public.CertFile, content(t, fresh.CertFile))
	wantServed("between certificate and key", pair.Leaf)
	write(t, o.Public.KeyFile, content(t, fresh.KeyFile))
	wantServed("renewed", renewed)
}

func content(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheSiteCallsNobodyWhoOnlyPretendsToBeItsServer(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	h, _ := run(t, o)
	foreign := files(t, h.front.host)
	issuer.issue(t, foreign, h.front.host, today) // by the same authority, and for the same host
	pair, err := tls.LoadX509KeyPair(foreign.CertFile, foreign.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		if c, err := l.Accept(); err == nil {
			_, _ = io.Copy(io.Discard, c)
			c.Close()
		}
	}()
	resp, err := h.front.client(l).Get(h.serverURL)
	if err == nil {
		resp.Body.Close()
		t.Error("it spoke to another certificate")
	}
}

func TestAPublicDemoSaysWhereItIsAndWhatPhonesWillMind(t *testing.T) {
	t.Parallel()
	var out said
	o, _ := publicly(t)
	o.Out = &out
	h, _ := run(t, o)
	newStranger(t, h).get("/") // it has been said by then
	shown := out.String()
	for _, want := range []string{
		h.siteURL, h.serverURL, h.phoneURL, h.record.Password, h.folder.path, "This machine does not trust the certificate", "docs/try-on-your-phone.md",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("it does not say %q:\n%s", want, shown)
		}
	}
	if !regexp.MustCompile(`^[a-z2-7]{4}(-[a-z2-7]{4}){3}$`).MatchString(h.record.Password) {
		t.Errorf("the password is %q", h.record.Password)
	}
}

// said is what was printed, by another goroutine.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
