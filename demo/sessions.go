package demo

import (
	"context"
	"crypto/rand"
	"maps"
	"net/http"
	"sync"

	"github.com/jawort/jawort/client"
)

const mostSessions = 1000

// sessions are the site's server-side sessions, in memory: this is a demo.
type sessions struct {
	secure bool // cookies go over TLS only

	mu    sync.Mutex
	known map[string]*session
	ctx   context.Context // of the site: what is asked ends with it
	stop  context.CancelFunc
	asked sync.WaitGroup
}

// session is what the site knows of one browser.
type session struct {
	all     *sessions
	browser string // the same for every login of this browser, so that a newer login takes over

	mu        sync.Mutex
	login     *login
	enrolling map[string]client.Enrolment
	trusted   map[string]string // the browser's token by login number: another site would keep it in a cookie
}

// login is a question that was asked for a session.
type login struct {
	account string
	done    chan struct{}
	result  client.Result
	err     error
}

func newSessions(ctx context.Context, secure bool) *sessions {
	ctx, stop := context.WithCancel(ctx)
	return &sessions{secure: secure, known: map[string]*session{}, ctx: ctx, stop: stop}
}

// cookie is the name of the session's cookie. Other hosts of the domain cannot set one that begins with __Host-.
func (s *sessions) cookie() string {
	if s.secure {
		return "__Host-demo_session"
	}
	return "demo_session"
}

// close ends what is still being asked.
func (s *sessions) close() {
	s.stop()
	s.asked.Wait()
}

// start returns the browser's session, a new one where it has none.
func (s *sessions) start(w http.ResponseWriter, r *http.Request) *session {
	if found := s.find(r); found != nil {
		return found
	}
	return s.open(w, &session{all: s, browser: rand.Text(), enrolling: map[string]client.Enrolment{}, trusted: map[string]string{}})
}

// renew gives the browser's session a new token.
func (s *sessions) renew(w http.ResponseWriter, r *http.Request) *session {
	found := s.find(r)
	if found == nil {
		return s.start(w, r)
	}
	s.mu.Lock()
	maps.DeleteFunc(s.known, func(_ string, known *session) bool { return known == found })
	s.mu.Unlock()
	return s.open(w, found)
}

func (s *sessions) open(w http.ResponseWriter, opened *session) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.known) >= mostSessions {
		clear(s.known)
	}
	token := rand.Text()
	s.known[token] = opened
	http.SetCookie(w, &http.Cookie{Name: s.cookie(), Value: token, Path: "/", Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return opened
}

// find returns the browser's session, or nil.
func (s *sessions) find(r *http.Request) *session {
	cookie, err := r.Cookie(s.cookie())
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[cookie.Value]
}

// end signs the browser out.
func (s *sessions) end(r *http.Request) {
	if found := s.find(r); found != nil {
		found.mu.Lock()
		found.login = nil
		found.mu.Unlock()
	}
}

// ask asks the phones and returns once the question exists; its end is awaited behind the session.
func (s *session) ask(c *client.Client, r client.Request) (client.Approval, error) {
	asked := &login{account: r.Account, done: make(chan struct{})}
	created := make(chan client.Approval, 1)
	r.Browser.TrustToken = s.token(r.Account)
	r.OnCreated = func(a client.Approval) { created <- a }
	s.all.asked.Go(func() {
		defer close(asked.done)
		defer close(created)
		if asked.result, asked.err = c.Approve(s.all.ctx, r); asked.err == nil {
			s.trust(asked.result.Approval)
		}
	})
	a, ok := <-created
	if !ok {
		return client.Approval{}, asked.err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.login = asked
	return a, nil
}

// trust keeps what spares this browser questions for as long as was chosen for the account.
func (s *session) trust(a client.Approval) {
	if a.TrustToken == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trusted[a.Account] = a.TrustToken
}

func (s *session) token(account string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trusted[account]
}

// approved waits for the end of the session's login and returns it where it was approved.
func (s *session) approved(ctx context.Context) (client.Approval, bool) {
	asked := s.newest()
	if asked == nil {
		return client.Approval{}, false
	}
	select {
	case <-asked.done:
		return asked.result.Approval, asked.err == nil
	case <-ctx.Done():
		return client.Approval{}, false
	}
}

// confirmed returns the session's login where it was approved already.
func (s *session) confirmed() (client.Approval, bool) {
	asked := s.newest()
	if asked == nil {
		return client.Approval{}, false
	}
	select {
	case <-asked.done:
		return asked.result.Approval, asked.err == nil
	default:
		return client.Approval{}, false
	}
}

// account is whose login was asked last, confirmed or not; empty: nobody's.
func (s *session) account() string {
	if asked := s.newest(); asked != nil {
		return asked.account
	}
	return ""
}

// newest returns the session's login, or nil.
func (s *session) newest() *login {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.login
}

func (s *session) enrol(e client.Enrolment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enrolling[e.ID] = e
}

func (s *session) enrolment(id string) (client.Enrolment, bool) {
	if s == nil {
		return client.Enrolment{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.enrolling[id]
	return e, ok
}
