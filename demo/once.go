package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/client/browser"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw/pushtest"
)

const onceTime = 60 * time.Second

// person holds one phone of the shared account.
type person struct {
	holder, label, service string
	installation           phone.Installation

	phone *phone.Phone
	inbox <-chan pushtest.Push
	item  phone.Item
}

func people() []*person {
	fit := func(platform, version, language string) phone.Installation {
		return phone.Installation{Platform: platform, OSVersion: version, Model: "simulated", Language: language, ScreenLock: true, Notifications: true}
	}
	return []*person{
		{holder: "Anna Muster", label: "Anna's Pixel", service: "FCM", installation: fit("android", "16", "de")},
		{holder: "Bernd Beispiel", label: "Bernd's iPhone", service: "APNs", installation: fit("ios", "26.1", "de-CH")},
		{holder: "Carla Exempel", label: "Carla's web app", service: "Web Push", installation: fit("web", "1", "en")},
	}
}

// play is one login, played without a person.
type play struct {
	house  *house
	client *client.Client
	people []*person
	out    io.Writer
	start  time.Time
}

func (p *play) say(format string, args ...any) {
	fmt.Fprintf(p.out, "%6d ms  %s\n", time.Since(p.start).Milliseconds(), fmt.Sprintf(format, args...))
}

// playOnce plays the login. It returns nil only if everything in it happened.
func playOnce(ctx context.Context, h *house, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, onceTime)
	defer cancel()
	c, err := h.newClient()
	if err != nil {
		return err
	}
	p := &play{house: h, client: c, people: people(), out: out, start: time.Now()}
	if err := p.enrol(ctx); err != nil {
		return err
	}
	return p.login(ctx)
}

// enrol registers all phones for the one account, each confirmed by its six digits.
func (p *play) enrol(ctx context.Context) error {
	addresses, inboxes, err := p.house.fakes.addresses()
	if err != nil {
		return err
	}
	for _, who := range p.people {
		e, err := p.client.Enrol(ctx, newEnrolment(demoAccount))
		if err != nil {
			return err
		}
		who.phone, who.inbox = phone.New(phone.Options{Installation: who.installation}), inboxes[who.service]
		digits, err := who.phone.Enrol(ctx, e.Link, who.holder, who.label, addresses[who.service])
		if err != nil {
			return err
		}
		if _, err := p.client.ConfirmEnrolment(ctx, e.ID, digits); err != nil {
			return err
		}
		p.say("%s registered %q for the shared login %s, woken by %s", who.holder, who.label, demoAccount, who.service)
	}
	return nil
}

// login is the login service, the browser and the phones at once.
func (p *play) login(ctx context.Context) error {
	created := make(chan client.Approval, 1)
	ended := make(chan client.Result, 1)
	// Both end by the same deadline; whichever is noticed first, what was missed is said.
	var asked, followed error
	g, ctx := errgroup.WithContext(ctx)
	began := time.Now()
	g.Go(func() error {
		result, err := p.client.Approve(ctx, client.Request{
			Account:   demoAccount,
			Browser:   client.Browser{IP: "203.0.113.9", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", Session: "demo"},
			OnCreated: func(a client.Approval) { created <- a },
		})
		ended <- result
		asked = err
		return err
	})
	g.Go(func() error {
		followed = p.follow(ctx, began, created, ended)
		return followed
	})
	_ = g.Wait()
	return errors.Join(followed, asked)
}

func (p *play) follow(ctx context.Context, began time.Time, created <-chan client.Approval, ended <-chan client.Result) error {
	a, err := receive(ctx, "the approval", created)
	if err != nil {
		return err
	}
	p.say("the login service asked; %d phones are registered", a.Devices)
	page := newPage(ctx, browser.Page{URL: a.Socket.URL, Ticket: a.Socket.Ticket, Origin: p.house.siteURL})
	defer page.close()
	number, err := page.number()
	if err != nil {
		return err
	}
	p.say("the browser waits on its websocket and shows %s", number)
	if err := p.wake(ctx, a.ID); err != nil {
		return err
	}
	winner, losers := p.people[1], []*person{p.people[0], p.people[2]}
	if _, err := winner.phone.Decide(ctx, winner.item, phone.Approve, number); err != nil {
		return fmt.Errorf("demo: %s could not approve: %w", winner.label, err)
	}
	p.say("%s typed %s and approved", winner.holder, number)
	if err := page.approved(); err != nil {
		return err
	}
	took := time.Since(began)
	p.say("the browser was told: approved")
	if err := p.confirm(ctx, a.ID, winner, ended); err != nil {
		return err
	}
	withdrawn, err := p.lose(ctx, losers, winner, number)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "demo: approved by %q in %d ms; %d withdrawn\n", winner.label, took.Milliseconds(), withdrawn)
	return err
}

// wake lets every phone be woken by its own service, and fetch the question.
func (p *play) wake(ctx context.Context, id string) error {
	for _, who := range p.people {
		push, err := who.pushed(ctx, "the push to "+who.label)
		if err != nil {
			return err
		}
		if push.Type != "approval" || push.ID != id {
			return fmt.Errorf("demo: %s was sent %q for %q", who.label, push.Type, push.ID)
		}
		items, err := who.phone.Approval(ctx, p.house.phoneURL, push.ID)
		if err != nil {
			return err
		}
		if len(items) != 1 || items[0].Err != nil {
			return fmt.Errorf("demo: %s got %d questions", who.label, len(items))
		}
		who.item = items[0]
		p.say("%s woke %q: “%s”; it fetched the document", who.service, who.label, push.Title)
	}
	return nil
}

// confirm is the login service asking for the id that it kept, before it lets anybody in.
func (p *play) confirm(ctx context.Context, id string, winner *person, ended <-chan client.Result) error {
	result, err := receive(ctx, "the login service's result", ended)
	if err != nil {
		return err
	}
	a, err := p.client.Approval(ctx, id)
	if err != nil {
		return err
	}
	if a.Status != client.Approved || result.Approval.Status != client.Approved || a.Device == nil || a.Device.Label != winner.label {
		return fmt.Errorf("demo: the login service reads %+v", a)
	}
	p.say("the login service asked for the outcome itself: %s by %s of %s", a.Status, a.Method, a.Device.Holder)
	return nil
}

// lose lets the others approve too late, and counts the prompts that were withdrawn.
func (p *play) lose(ctx context.Context, losers []*person, winner *person, number string) (withdrawn int, err error) {
	for _, who := range losers {
		_, err := who.phone.Decide(ctx, who.item, phone.Approve, number)
		var refused *phone.Error
		if !errors.As(err, &refused) || refused.Status != 409 {
			return 0, fmt.Errorf("demo: %s approved too late and got %w", who.label, err)
		}
		p.say("%s approved too and got 409: already decided by %q", who.holder, winner.label)
		push, err := who.pushed(ctx, "the withdrawal at "+who.label)
		if err != nil {
			return 0, err
		}
		if push.Type != "withdrawn" || push.ID != who.item.ID {
			return 0, fmt.Errorf("demo: %s was sent %q for %q", who.label, push.Type, push.ID)
		}
		withdrawn++
		p.say("%s replaced the prompt on %q: “%s”", who.service, who.label, push.Title)
	}
	return withdrawn, nil
}

// pushed waits for a push about the question. Notices, that the others have registered phones, may come in between.
func (w *person) pushed(ctx context.Context, what string) (pushtest.Push, error) {
	for {
		push, err := receive(ctx, what, w.inbox)
		if err != nil || push.Type != "notice" {
			return push, err
		}
	}
}

func receive[T any](ctx context.Context, what string, from <-chan T) (T, error) {
	select {
	case v := <-from:
		return v, nil
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("demo: waited in vain for %s: %w", what, context.Cause(ctx))
	}
}
