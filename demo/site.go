package demo

import (
	"context"
	"crypto/subtle"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/component"
)

//go:embed pages
var pages embed.FS

// demoPassword is that of all logins on this machine; in public it is a secret.
const demoPassword = "demo"

// places are what the pages name.
type places struct {
	site           string // the login page
	server, phones string // the APIs
	host           string // what passkeys are bound to, those of phones and those of the login page
	public         bool   // reachable for others than who started it
	program        string // jawort, as it was started
	password       string
}

// site is the login service. What a browser may do next is kept in its session here, never in what it sends.
type site struct {
	client   *client.Client
	sessions *sessions
	guesses  *guesses
	pages    map[string]*template.Template
	at       places
	log      *slog.Logger
}

func newSite(ctx context.Context, c *client.Client, at places, log *slog.Logger) (*site, error) {
	s := &site{client: c, sessions: newSessions(ctx, at.public), guesses: newGuesses(), pages: map[string]*template.Template{}, at: at, log: log}
	for _, name := range []string{"login", "wait", "welcome", "phone", "passkey"} {
		t, err := template.ParseFS(pages, "pages/layout.html", "pages/"+name+".html")
		if err != nil {
			return nil, err
		}
		s.pages[name] = t
	}
	return s, nil
}

// handler returns the site's routes.
func (s *site) handler() (http.Handler, error) {
	files, err := fs.Sub(pages, "pages")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /style.css", http.FileServerFS(files))
	mux.Handle("GET /login.js", http.FileServerFS(files))
	mux.Handle("GET /passkey.js", http.FileServerFS(files))
	mux.HandleFunc("GET /{$}", s.showLogin)
	mux.HandleFunc("POST /login", formed(s.login))
	mux.Handle("GET /login", http.RedirectHandler("/", http.StatusSeeOther)) // the address of the waiting page, opened again
	mux.HandleFunc("/", s.missing)
	mux.HandleFunc("GET /welcome", s.welcome)
	mux.HandleFunc("GET /receipt", s.receipt)
	mux.HandleFunc("GET /security", s.security)
	mux.HandleFunc("GET /phone", s.invited(s.showPhone))
	mux.HandleFunc("POST /phone", s.invited(formedFor(s.confirmPhone)))
	mux.HandleFunc("GET /passkey", s.fresh(s.showPasskey))
	mux.HandleFunc("POST /passkey", s.fresh(formedFor(s.keepPasskey)))
	return edge.BoundBodies(mostForm, formTime, s.secured(s.called(http.NewCrossOriginProtection().Handler(mux)))), nil
}

func (s *site) secured(next http.Handler) http.Handler {
	policy := "default-src 'none'; script-src 'self' " + s.at.server + "; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; connect-src " +
		s.at.server + " ws" + strings.TrimPrefix(s.at.server, "http") + "; require-trusted-types-for 'script'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		if s.at.public {
			h.Set("Strict-Transport-Security", edge.StrictTransport)
		}
		next.ServeHTTP(w, r)
	})
}

// called refuses other names than the site's own. By DNS rebinding a web page could lead its own name here, and be no stranger to
// the browser then.
func (s *site) called(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called := url.URL{Host: r.Host}
		if !strings.EqualFold(called.Hostname(), s.at.host) {
			http.Error(w, string(languageOf(r).Say("host", s.at.site)), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

type loginPage struct {
	language
	Title, Problem    template.HTML
	Account, Password string
	Broker            string
}

func (s *site) showLogin(w http.ResponseWriter, r *http.Request) {
	s.sessions.end(r)
	s.render(w, http.StatusOK, "login", s.loginPage(languageOf(r)))
}

func (s *site) missing(w http.ResponseWriter, r *http.Request) {
	s.refuseLogin(w, r, http.StatusNotFound, "login.missing")
}

// refuseLogin says why, by the key of a text.
func (s *site) refuseLogin(w http.ResponseWriter, r *http.Request, status int, why string, filled ...any) {
	p := s.loginPage(languageOf(r))
	p.Title, p.Problem = p.Say("login.title.problem"), p.Say(why, filled...)
	s.render(w, status, "login", p)
}

// loginPage shows the password only to who could read it in the terminal too.
func (s *site) loginPage(in language) loginPage {
	p := loginPage{language: in, Title: in.Say("login.title"), Account: demoAccount, Broker: brokerAccount}
	if !s.at.public {
		p.Password = s.at.password
	}
	return p
}

type waitPage struct {
	language
	Title                     template.HTML
	Component, Integrity, App string
	Number                    string
	Left                      int // seconds
	Approval                  client.Approval
}

func (s *site) waitPage(in language, a client.Approval) waitPage {
	p := waitPage{language: in, Title: in.Say("wait.title"), Component: s.at.server + component.Path, Integrity: component.Integrity(), App: s.at.phones,
		Left: int(a.ExpiresAt.Sub(a.CreatedAt).Seconds()), Approval: a}
	if a.Activate == nil { // at a first login no phone would know the number yet
		p.Number = a.Number
	}
	return p
}

// login checks the password and asks the phones; at a first login the page sets one up. It gets number and ticket, the id stays in the session.
func (s *site) login(w http.ResponseWriter, r *http.Request) {
	if wait := s.guesses.begin(address(r), time.Now()); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		s.refuseLogin(w, r, http.StatusTooManyRequests, "login.paused", int(wait.Minutes())+1)
		return
	}
	login := r.FormValue("account")
	if !known(login) || !equal(r.FormValue("password"), s.at.password) {
		s.refuseLogin(w, r, http.StatusUnauthorized, "login.wrong")
		return
	}
	s.guesses.right(address(r))
	session := s.sessions.renew(w, r) // who knew the browser's old token is not signed in with it
	a, err := session.ask(s.client, client.Request{
		Account: login,
		Browser: client.Browser{IP: address(r), UserAgent: r.UserAgent(), Session: session.browser},
	})
	var refused *client.Error
	switch {
	case errors.As(err, &refused) && refused.Code == client.CodeTooManyApprovals:
		s.refuseLogin(w, r, http.StatusConflict, "login.waiting")
	case errors.As(err, &refused) && refused.Code != "" && refused.Status < http.StatusInternalServerError:
		s.refuseLogin(w, r, http.StatusConflict, "login.refused", refused.Code)
	case err != nil:
		s.log.ErrorContext(r.Context(), "demo: could not ask", "error", err)
		s.refuseLogin(w, r, http.StatusServiceUnavailable, "login.unreachable")
	case a.Status == client.Approved:
		http.Redirect(w, r, "/welcome", http.StatusSeeOther)
	default:
		s.render(w, http.StatusOK, "wait", s.waitPage(languageOf(r), a))
	}
}

func (s *site) render(w http.ResponseWriter, status int, page string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if err := s.pages[page].ExecuteTemplate(w, page+".html", data); err != nil {
		s.log.Error("demo: render", "page", page, "error", err)
	}
}

func equal(given, want string) bool {
	return subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return strings.Trim(host, "[]")
}
