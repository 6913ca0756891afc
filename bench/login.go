package bench

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/client/browser"
	"github.com/jawort/jawort/phone"
)

const approve = phone.Approve

// login is one login on its way: the login service, the page and the phones of one person.
type login struct {
	*Load
	who  *person
	plan plan

	patience *patience

	mu   sync.Mutex
	seen *Login

	approval client.Approval
	shown    chan string // the number, once the page shows it; closed where it never will
	decided  time.Time   // when the last phone should have answered
	told     time.Time   // when the page was told the end
}

// Whoever logs in here sits behind one address and one browser: what differs is not measured.
const (
	userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
	address   = "203.0.113.9"
)

func (l *login) run(ctx context.Context) {
	if !l.create(ctx) {
		return
	}
	if l.approval.Status.Ended() { // nobody was asked
		l.ask(ctx)
		return
	}
	l.shown = make(chan string, 1)
	var both sync.WaitGroup
	both.Go(func() { l.watch(ctx) })
	both.Go(func() { l.answer(ctx) })
	both.Wait()
	if l.seen.Page != (Sight{}) {
		l.patience.longer(l.told.Add(l.o.Told))
		l.ask(ctx)
		if !l.decided.IsZero() {
			l.seen.Decided = l.told.Sub(l.decided)
		}
	}
}

// create is the login service asking.
func (l *login) create(ctx context.Context) bool {
	q := client.Request{Account: l.who.account, Browser: client.Browser{IP: address, UserAgent: userAgent}}
	if l.plan.way == byTrust {
		q.Browser.TrustToken = l.who.trusted()
	}
	a, err := l.service.CreateApproval(ctx, q)
	l.seen.Created = l.now().Sub(l.seen.Intended)
	if err != nil {
		l.fail("create", err)
		return false
	}
	l.approval, l.seen.ID = a, a.ID
	if a.Push != nil && a.Push.Sent {
		for _, h := range l.who.phones {
			if h.token != "" {
				l.seen.Woken = append(l.seen.Woken, Woken{h.device, h.token})
			}
		}
	}
	return true
}

// watch is the page: it shows the number and waits for the end.
func (l *login) watch(ctx context.Context) {
	l.seen.Waited = true
	defer close(l.shown)
	defer func() { l.seen.Left = l.now() }()
	page := browser.Page{URL: l.approval.Socket.URL, Ticket: l.approval.Socket.Ticket, Origin: l.target.Origin, Dialer: l.wires.pages, Client: l.wires.service}
	begun := false
	for s, err := range page.Watch(ctx) {
		switch {
		case err != nil:
			l.seen.Dropped = errors.Is(err, browser.ErrLost) || errors.Is(err, browser.ErrTicket)
			l.fail("page", err)
			return
		case s.Ended():
			l.told = l.now()
			l.seen.Page = Sight{s.Status, s.Method}
			return
		case !begun:
			begun = true
			l.shown <- s.Number
		}
	}
}

// answer is the person: by the phones, or by a code that is typed into the page.
func (l *login) answer(ctx context.Context) {
	if l.plan.way == byCode {
		l.typeCode(ctx)
		return
	}
	// As soon as all who are going to answer have the question and the page shows the number, they think, and answer.
	ready := make(chan []handed, 1)
	go func() { ready <- l.fetchAll(ctx) }()
	number, ok := l.number(ctx)
	items := <-ready
	if !ok || len(items) == 0 {
		return
	}
	intended := l.now().Add(l.o.Think)
	if !sleepUntil(ctx, intended) {
		return
	}
	l.decideAll(ctx, intended, number, items)
}

// number is what the page shows.
func (l *login) number(ctx context.Context) (string, bool) {
	select {
	case number, ok := <-l.shown:
		return number, ok
	case <-ctx.Done():
		return "", false
	}
}

// ask is the login service asking for the outcome by the id that it kept, before it lets anybody in.
func (l *login) ask(ctx context.Context) {
	a, err := l.service.Approval(ctx, l.approval.ID)
	if err != nil {
		l.fail("outcome", err)
		return
	}
	l.seen.Asked = true
	l.seen.Site = Sight{string(a.Status), a.Method}
	l.seen.Ended = l.now()
	if a.TrustToken != "" {
		l.who.keepTrust(a.TrustToken)
	}
}

// typeCode is the page confirming by the authenticator app.
func (l *login) typeCode(ctx context.Context) {
	if _, ok := l.number(ctx); !ok || !sleepUntil(ctx, l.now().Add(l.o.Think)) {
		return
	}
	code, err := l.who.app.code(l.now())
	if err != nil {
		l.fail("code", err)
		return
	}
	var confirmed struct{ Status, Method string }
	body := map[string]string{"method": "totp", "code": code}
	path := "/v1/approvals/" + l.approval.ID + "/code"
	if err := l.target.post(ctx, l.wires.service, path, l.approval.Socket.Ticket, l.target.Origin, body, &confirmed); err != nil {
		l.fail("code", err)
		return
	}
	l.note(Answer{Status: confirmed.Status, Method: confirmed.Method, Decision: approve})
}

// lag keeps a page that waits for as long as it may from having waited a little less.
const lag = 100 * time.Millisecond

// note keeps what somebody was answered. From then on the page is to be told, and waits for it.
func (l *login) note(a Answer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen.Phones = append(l.seen.Phones, a)
	if final(a.Status) && l.seen.Acknowledged.IsZero() {
		l.seen.Acknowledged = l.now()
		l.patience.longer(l.seen.Acknowledged.Add(l.o.Told + lag))
	}
}

// fail notes what went wrong, without what would make each error another one.
func (l *login) fail(step string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen.Errors = append(l.seen.Errors, step+": "+brief(err))
}

func brief(err error) string {
	var server *client.Error
	var phones *phone.Error
	switch {
	case errors.As(err, &server) && server.Code != "":
		return server.Code
	case errors.As(err, &server):
		return http.StatusText(server.Status)
	case errors.As(err, &phones):
		return phones.Code
	case errors.Is(err, context.DeadlineExceeded):
		return "no end in time"
	case errors.Is(err, context.Canceled):
		return "stopped"
	default:
		return unwrapped(err).Error()
	}
}

// unwrapped is the innermost error: those around it name ids and addresses.
func unwrapped(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
