package main

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/client/browser"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/db/pgtest"
)

const soon = 30 * time.Second

// follow watches the page and reports each state.
func follow(ctx context.Context, p browser.Page) <-chan browser.State {
	states := make(chan browser.State, 16)
	go func() {
		defer close(states)
		for s, err := range p.Watch(ctx) {
			if err != nil {
				return
			}
			states <- s
		}
	}()
	return states
}

// awaitStatus returns when the page is told the status.
func awaitStatus(t *testing.T, states <-chan browser.State, want string) {
	t.Helper()
	deadline := time.After(soon)
	for {
		select {
		case s, ok := <-states:
			if !ok {
				t.Fatalf("the page stopped before it was told %q", want)
			}
			if s.Status == want {
				return
			}
			if s.Ended() {
				t.Fatalf("the page was told %q, not %q", s.Status, want)
			}
		case <-deadline:
			t.Fatalf("the page was not told %q in %s", want, soon)
		}
	}
}

func TestABrowserWhoseServerIsKilledGetsItsResultFromAnother(t *testing.T) {
	t.Parallel()
	i := installed(t)
	i.run("mobile-api")
	first, second := i.run("server"), i.run("server")
	p := i.enrol("Pixel", nil)
	a := i.ask("browser")
	states := follow(t.Context(), page(a))
	awaitStatus(t, states, "pending")
	first.kill()
	if _, err := p.Decide(within(t, soon), i.fetch(p, a.ID), phone.Approve, a.Number); err != nil {
		t.Fatal(err)
	}
	awaitStatus(t, states, "approved")
	got, err := i.client().Approval(t.Context(), a.ID)
	if err != nil || got.Status != client.Approved {
		t.Errorf("the login service reads %q, %v", got.Status, err)
	}
	if code := second.stop(); code != 0 {
		t.Errorf("the other server ended with %d", code)
	}
}

func TestAnAnswerGivenWhileEveryServerIsDownIsToldByTheNextOne(t *testing.T) {
	t.Parallel()
	i := installed(t)
	i.run("mobile-api")
	only := i.run("server")
	p := i.enrol("Pixel", nil)
	a := i.ask("browser")
	states := follow(t.Context(), page(a))
	awaitStatus(t, states, "pending")
	only.kill()
	if _, err := p.Decide(within(t, soon), i.fetch(p, a.ID), phone.Approve, a.Number); err != nil {
		t.Fatal(err)
	}
	i.run("server")
	awaitStatus(t, states, "approved")
}

func TestWhileRedisHangsNothingIsAcknowledgedAndThePhoneRepeatsItsAnswer(t *testing.T) {
	t.Parallel()
	i := installed(t)
	i.run()
	p := i.enrol("Pixel", nil)
	a := i.ask("browser")
	item := i.fetch(p, a.ID)
	signed, err := p.Sign(item, phone.Approve, a.Number)
	if err != nil {
		t.Fatal(err)
	}
	i.redis.Pause()
	if status, retry := i.create(t); status != http.StatusServiceUnavailable || retry == "" {
		t.Errorf("creating got %d with Retry-After %q", status, retry)
	}
	var refused *phone.Error
	if _, err := p.Send(t.Context(), signed); !errors.As(err, &refused) || refused.Status != http.StatusServiceUnavailable {
		t.Errorf("deciding got %v, want 503", err)
	}
	decided := make(chan error, 1)
	go func() {
		_, err := p.Decide(within(t, soon), item, phone.Approve, a.Number)
		decided <- err
	}()
	i.redis.Resume()
	if err := <-decided; err != nil {
		t.Fatalf("the repeated answer: %v", err)
	}
	if got, err := i.client().Approval(t.Context(), a.ID); err != nil || got.Status != client.Approved {
		t.Errorf("the login service reads %q, %v", got.Status, err)
	}
}

// create asks without the client's repetitions.
func (i *installation) create(t *testing.T) (status int, retryAfter string) {
	t.Helper()
	resp := i.post(t, "/v1/approvals", `{"account":"4711","browser":{"ip":"203.0.113.9","user_agent":"x"}}`)
	return resp.StatusCode, resp.Header.Get("Retry-After")
}

func TestWhatWasDecidedOutlivesAllOfRedis(t *testing.T) {
	t.Parallel()
	i := installed(t)
	i.run("mobile-api")
	first := i.run("server")
	p := i.enrol("Pixel", nil)
	a := i.ask("browser")
	item := i.fetch(p, a.ID)
	signed, err := p.Sign(item, phone.Approve, a.Number)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Send(t.Context(), signed); err != nil {
		t.Fatal(err)
	}
	i.redis.Kill()
	if got, err := p.Send(t.Context(), signed); err != nil || got.Status != "approved" {
		t.Errorf("without Redis the phone's repeated answer got %q, %v", got.Status, err)
	}
	if got, err := i.client().Approval(t.Context(), a.ID); err != nil || got.Status != client.Approved {
		t.Errorf("without Redis the login service reads %q, %v", got.Status, err)
	}
	if s, err := page(a).Final(within(t, soon)); err != nil || s.Status != "approved" {
		t.Errorf("without Redis the page is told %q, %v", s.Status, err)
	}
	i.redis.Restart()
	first.kill()
	i.run("server")
	if s, err := page(a).Final(within(t, soon)); err != nil || s.Status != "approved" {
		t.Errorf("with an empty Redis the page is told %q, %v", s.Status, err)
	}
}

func TestAQuestionThatRedisForgotMustBeAskedAgain(t *testing.T) {
	t.Parallel()
	i := installed(t)
	i.run()
	p := i.enrol("Pixel", nil)
	a := i.ask("browser")
	item := i.fetch(p, a.ID)
	i.redis.Flush()
	if _, err := page(a).Final(within(t, soon)); !errors.Is(err, browser.ErrLost) {
		t.Errorf("the page was told %v, want that its state is lost", err)
	}
	var refused *phone.Error
	if _, err := p.Decide(within(t, soon), item, phone.Approve, a.Number); !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
		t.Errorf("deciding got %v", err)
	}
	again := i.ask("browser")
	if _, err := p.Decide(within(t, soon), i.fetch(p, again.ID), phone.Approve, again.Number); err != nil {
		t.Errorf("the new question: %v", err)
	}
}

func TestWithoutSQLNothingIsAcknowledgedAndAfterwardsAllGoesOn(t *testing.T) {
	t.Parallel()
	postgres := pgtest.NewServer(t)
	i := install(t, postgres.New(t))
	i.run()
	p := i.enrol("Pixel", nil)
	a := i.ask("browser")
	item := i.fetch(p, a.ID)
	signed, err := p.Sign(item, phone.Approve, a.Number)
	if err != nil {
		t.Fatal(err)
	}
	states := follow(t.Context(), page(a))
	awaitStatus(t, states, "pending")
	postgres.Kill(t)
	if status, retry := i.create(t); status != http.StatusServiceUnavailable || retry == "" {
		t.Errorf("creating got %d with Retry-After %q", status, retry)
	}
	var refused *phone.Error
	if _, err := p.Send(t.Context(), signed); !errors.As(err, &refused) || refused.Status != http.StatusServiceUnavailable {
		t.Errorf("deciding got %v, want 503", err)
	}
	postgres.Restart(t)
	if _, err := p.Decide(within(t, soon), item, phone.Approve, a.Number); err != nil {
		t.Fatalf("the repeated answer: %v", err)
	}
	awaitStatus(t, states, "approved")
}

func TestAnAcknowledgedRevocationAndEnrolmentOutliveACrash(t *testing.T) {
	t.Parallel()
	postgres := pgtest.NewServer(t)
	i := install(t, postgres.New(t))
	first := i.run()
	kept, lost := i.enrol("Kept", nil), i.enrol("Lost", nil)
	c := i.client()
	if err := c.RevokeDevice(t.Context(), loginNumber, lost.Logins()[0].Device); err != nil {
		t.Fatal(err)
	}
	first.kill()
	postgres.Kill(t)
	i.redis.Kill()
	postgres.Restart(t)
	i.redis.Restart()
	i.run()
	a := i.ask("browser")
	if a.Devices != 1 {
		t.Errorf("%d devices are asked, want the one that was not revoked", a.Devices)
	}
	item := i.fetch(kept, a.ID)
	stolen := item
	stolen.Device = lost.Logins()[0].Device
	var refused *phone.Error
	if _, err := lost.Decide(within(t, soon), stolen, phone.Approve, a.Number); !errors.As(err, &refused) || refused.Status != http.StatusUnauthorized {
		t.Errorf("the revoked device got %v, want 401", err)
	}
	if _, err := kept.Decide(within(t, soon), item, phone.Approve, a.Number); err != nil {
		t.Errorf("the enrolled device: %v", err)
	}
}
