package journeys_test

import (
	"crypto/rand"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge/browsertest"
	"github.com/jawort/jawort/server/component"
)

// service is a login service on another site than Jawort: people say who they are, one believes that they typed a password, and they wait with the component until
// Jawort lets them in.
type service struct {
	*house
	*client.Client
	origin string

	mu       sync.Mutex
	sessions map[string]*session // by cookie
}

// session is a browser at the service, which never learns the id of an approval.
type session struct {
	account, approval string
	signedIn          bool
	tokens            map[string]string // that make the browser trusted, by account
}

// service opens one whose key is told by its application's client. Its origin is known before, so that the application can name it.
func (h *house) service() *service {
	h.Helper()
	s := &service{house: h, sessions: map[string]*session{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.front)
	mux.HandleFunc("GET /login", s.login)
	mux.HandleFunc("GET /continue", s.goOn)
	mux.HandleFunc("GET /security/{page}", s.security)
	mux.HandleFunc("GET /wait.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `document.querySelector("jawort-wait").addEventListener("jawort-end", (e) => { if (e.detail.status === "approved") location.assign("/continue"); });`)
	})
	server := httptest.NewServer(mux)
	h.Cleanup(server.Close)
	s.origin = server.URL // 127.0.0.1, which is another site than localhost
	return s
}

const sitting = "sitting"

// of returns the session of the browser.
func (s *service) of(w http.ResponseWriter, r *http.Request) (string, *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, err := r.Cookie(sitting); err == nil && s.sessions[c.Value] != nil {
		return c.Value, s.sessions[c.Value]
	}
	name := rand.Text()
	s.sessions[name] = &session{tokens: map[string]string{}}
	http.SetCookie(w, &http.Cookie{Name: sitting, Value: name, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return name, s.sessions[name]
}

func (s *service) page(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Service</title><main>%s</main></html>`, body)
}

func (s *service) front(w http.ResponseWriter, r *http.Request) {
	if _, has := s.of(w, r); has.signedIn {
		s.page(w, `<h1>Signed in as `+html.EscapeString(has.account)+`</h1>`)
		return
	}
	s.page(w, `<h1>Service</h1>`)
}

func (s *service) login(w http.ResponseWriter, r *http.Request) {
	name, has := s.of(w, r)
	has.account, has.signedIn = r.URL.Query().Get("account"), false
	a, err := s.CreateApproval(r.Context(), client.Request{Account: has.account, Browser: client.Browser{
		IP: "203.0.113.9", UserAgent: r.UserAgent(), Session: name, TrustToken: has.tokens[has.account],
	}})
	if err != nil {
		s.page(w, `<h1>Not now</h1><p>`+html.EscapeString(err.Error())+`</p>`)
		return
	}
	has.approval = a.ID
	if a.Status == client.Approved {
		http.Redirect(w, r, "/continue", http.StatusSeeOther)
		return
	}
	number := ""
	if slices.Contains(a.Methods, "push") {
		number = a.Number
	}
	s.page(w, fmt.Sprintf(`<h1>One more step</h1><jawort-wait socket="%s" ticket="%s" number="%s" left="110" lang="en"></jawort-wait>
		<script type="module" src="%s" crossorigin="anonymous"></script><script type="module" src="/wait.js"></script>`,
		html.EscapeString(a.Socket.URL), html.EscapeString(a.Socket.Ticket), number, s.config.Server.PublicURL+component.Path))
}

// goOn believes Jawort, not the page.
func (s *service) goOn(w http.ResponseWriter, r *http.Request) {
	_, has := s.of(w, r)
	a, err := s.Approval(r.Context(), has.approval)
	if err != nil || a.Status != client.Approved {
		s.page(w, `<h1>Not signed in</h1>`)
		return
	}
	has.signedIn = true
	if a.TrustToken != "" {
		has.tokens[has.account] = a.TrustToken
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// security sends whoever is signed in to the portal.
func (s *service) security(w http.ResponseWriter, r *http.Request) {
	_, has := s.of(w, r)
	if !has.signedIn {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	opened, err := s.CreatePortalSession(r.Context(), client.NewPortalSession{Account: has.account, ReturnURL: s.origin + "/", Locale: "en", Page: r.PathValue("page")})
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	http.Redirect(w, r, opened.URL, http.StatusSeeOther)
}

// customer is somebody at a browser of their own, who has a login number at a service.
type customer struct {
	*browsertest.Tab
	at      *service
	account string
}

func (s *service) customer(account string) *customer {
	s.Helper()
	p := &customer{browsertest.New(s.TB), s, account}
	p.Show(desk)
	return p
}

// begin types name and password.
func (p *customer) begin() {
	p.Helper()
	p.Go(p.at.origin + "/login?account=" + url.QueryEscape(p.account))
}

// in waits until the person is signed in.
func (p *customer) in() {
	p.Helper()
	p.WantText("h1", "Signed in as "+p.account)
}

// portal opens the portal where the service's menu points to.
func (p *customer) portal(page, heading string) {
	p.Helper()
	p.Go(p.at.origin + "/security/" + page)
	p.WantText("h1", heading)
}

// choose takes one of the ways that the waiting component offers.
func (p *customer) choose(method string) {
	p.Helper()
	p.Click(`[data-method="` + method + `"]`)
}

// send types into the waiting component.
func (p *customer) send(text string) {
	p.Helper()
	p.Wait("#field")
	p.Until(`!document.querySelector("jawort-wait").shadowRoot.querySelector("[aria-busy]")`)
	p.Type("#field", text)
	p.Press("\r")
}

// firstPhone sets up a phone while the person waits for their first login, which they confirm on it. A code goes to the number on record.
func (p *customer) firstPhone(holder string, code func() string) *phone {
	p.Helper()
	p.begin()
	p.choose("push")
	p.Wait("#here")
	held := p.at.newPhone(holder)
	held.Go(browsertest.Eval[string](p.Tab, `document.querySelector("jawort-wait").shadowRoot.querySelector("#here").href`))
	held.Wait("[name=code]")
	held.Type("[name=code]", code())
	held.register()
	p.send(held.digits())
	held.confirms(p.Tab)
	return held
}

// secondPhone takes the link that the portal shows, once another phone has allowed it.
func (p *customer) secondPhone(holder string) *phone {
	p.Helper()
	p.Wait(".qr")
	held := p.at.newPhone(holder)
	held.Go(browsertest.Eval[string](p.Tab, `document.querySelector("a[href*='/enrol#']").href`))
	held.register()
	digits := held.digits()
	p.Wait("#code")
	p.Type("#code", digits)
	p.Click("main button.primary")
	p.WantText(".note.good", "The phone is added.")
	held.Heading("This phone is ready")
	held.Click(".close")
	return held
}
