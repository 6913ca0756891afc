package faults

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// witness are the people who do what races while the load runs.
type witness struct {
	stack   *local.Stack
	service *client.Client
	phones  *http.Client
	began   time.Time
}

func newWitness(s *local.Stack) (*witness, error) {
	pool := func() *http.Client { return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}} }
	w := &witness{stack: s, phones: pool(), began: time.Now()}
	var err error
	w.service, err = client.New(client.Config{BaseURL: s.ServerURL, Key: s.Key, HTTPClient: pool()})
	return w, err
}

// holder is a phone of an account, which is not woken: it knows when to look.
type holder struct {
	*phone.Phone
	server, device string
}

func (w *witness) register(ctx context.Context, account string, phones int) ([]holder, error) {
	if _, err := w.service.PutAccount(ctx, account, account); err != nil {
		return nil, err
	}
	var all []holder
	for n := range phones {
		e, err := w.service.Enrol(ctx, client.NewEnrolment{Account: account, Authorize: client.ByOperator, Reason: "bench"})
		if err != nil {
			return nil, err
		}
		p := phone.New(phone.Options{HTTPClient: w.phones})
		digits, err := p.Enrol(ctx, e.Link, "Holder of "+account, fmt.Sprintf("Phone %d", n+1), nil)
		if err != nil {
			return nil, err
		}
		if _, err := w.service.ConfirmEnrolment(ctx, e.ID, digits); err != nil {
			return nil, err
		}
		login := p.Logins()[0]
		all = append(all, holder{p, login.Server, login.Device})
	}
	return all, nil
}

// elsewhere is an address that nobody of the load has, so that a report concerns nobody but these.
var elsewhere = client.Browser{IP: "198.51.100.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}

func (w *witness) ask(ctx context.Context, account string) (client.Approval, error) {
	return w.service.CreateApproval(ctx, client.Request{Account: account, Browser: elsewhere})
}

// pace is how long somebody waits before they try again.
const pace = 150 * time.Millisecond

// until does something again and again until it is done or ctx ends.
func until(ctx context.Context, done func() bool) bool {
	for !done() {
		if !backoff.Wait(ctx, pace) {
			return false
		}
	}
	return true
}

// item is the question as a phone of the account fetches it.
func (h holder) item(ctx context.Context, id string) (found phone.Item, ok bool) {
	until(ctx, func() bool {
		items, err := h.Approval(ctx, h.server, id)
		for _, i := range items {
			if i.Device == h.device && i.Err == nil {
				found, ok = i, true
			}
		}
		return err == nil || phone.Code(err) != "" && phone.Code(err) != "unavailable"
	})
	return found, ok
}
