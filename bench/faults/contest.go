package faults

import (
	"context"
	"errors"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// contest is an account about whose approvals two phones and the login service disagree, again and again.
type contest struct {
	*witness
	account string
	phones  []holder
	deaf    time.Duration // after which somebody who waits for an answer gives up

	mu      sync.Mutex
	history []porcupine.Operation
}

const contests = 3

func (w *witness) contests(ctx context.Context, n int) (all []*contest, err error) {
	for i := range n {
		c := &contest{witness: w, account: "contest-" + strconv.Itoa(i), deaf: 2 * time.Second}
		if c.phones, err = w.register(ctx, c.account, 2); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// run opens one approval after the other until ctx ends.
func (c *contest) run(ctx context.Context) {
	for round := 0; backoff.Wait(ctx, pace); round++ {
		a, err := c.ask(ctx, c.account)
		if err != nil || !c.dispute(ctx, a, round) {
			until(ctx, func() bool { return c.clear(ctx, a) })
		}
	}
}

// clear takes back a question that could not be disputed, so that it does not count among those that are pending.
func (c *contest) clear(ctx context.Context, a client.Approval) bool {
	return a.ID == "" || !c.cancel(ctx, a.ID).Unknown
}

// dispute lets all answer at the same moment, and everybody look before, meanwhile and after. Who does what changes from round to round.
func (c *contest) dispute(ctx context.Context, a client.Approval, round int) bool {
	var items [2]phone.Item
	for i, h := range c.phones {
		item, ok := h.item(ctx, a.ID)
		if !ok {
			return false
		}
		items[i] = item
	}
	c.record(Act{Approval: a.ID, What: Expire}, a.ExpiresAt, func() Seen { return Seen{Unknown: true} })
	second := phone.Approve
	if round%3 == 1 {
		second = phone.Report
	}
	var all sync.WaitGroup
	all.Go(func() { c.decide(ctx, a, 0, items[0], phone.Approve) })
	all.Go(func() { c.decide(ctx, a, 1, items[1], second) })
	if round%2 == 1 {
		all.Go(func() {
			c.record(Act{Approval: a.ID, What: Cancel}, time.Now(), func() Seen { return c.cancel(ctx, a.ID) })
		})
	}
	all.Go(func() { c.read(ctx, a.ID); c.read(ctx, a.ID) })
	all.Wait()
	c.read(ctx, a.ID)
	return true
}

// record notes an act with its time; one whose answer did not come may still happen, at any time.
func (c *contest) record(a Act, began time.Time, do func() Seen) {
	s := do()
	back := int64(time.Since(c.began))
	if s.Unknown {
		back = math.MaxInt64
	}
	if s.Unknown && a.What == Read {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.history = append(c.history, porcupine.Operation{Call: int64(began.Sub(c.began)), Return: back, Input: a, Output: s})
}

// decide sends the same signed answer until it is answered. It is one act: repeated, it is the same.
func (c *contest) decide(ctx context.Context, a client.Approval, n int, item phone.Item, d phone.Decision) {
	number := a.Number
	if d != phone.Approve {
		number = ""
	}
	h := c.phones[n]
	signed, err := h.Sign(item, d, number)
	if err != nil {
		return
	}
	c.record(Act{Approval: a.ID, What: string(d), Device: h.device}, time.Now(), func() (s Seen) {
		lost := false // an answer, to what may have been done
		until(ctx, func() bool {
			ctx, cancel := context.WithTimeout(ctx, c.deaf)
			defer cancel()
			s = decided(h.Send(ctx, signed))
			lost = lost || s.Unknown
			return !s.Unknown
		})
		s.Unknown = s.Unknown || s.Refused && lost
		return s
	})
}

func decided(a phone.Answer, err error) Seen {
	switch code := phone.Code(err); {
	case err == nil:
		return Seen{Status: a.Status}
	case code == phone.CodeAlreadyDecided || code == phone.CodeExpired:
		return Seen{Late: true}
	case code == phone.CodeUnauthorized:
		return Seen{Refused: true}
	default:
		return Seen{Unknown: true}
	}
}

func (c *contest) cancel(ctx context.Context, id string) Seen {
	ctx, cancel := context.WithTimeout(ctx, c.deaf)
	defer cancel()
	err := c.service.CancelApproval(ctx, id)
	switch {
	case err == nil:
		return Seen{Status: "cancelled"}
	case code(err) == client.CodeNotPending: // by a lost try of ours, or by somebody else
		return Seen{Late: true}
	case code(err) == client.CodeUnknownApproval:
		return Seen{Refused: true}
	default:
		return Seen{Unknown: true}
	}
}

func (c *contest) read(ctx context.Context, id string) {
	c.record(Act{Approval: id, What: Read}, time.Now(), func() Seen {
		ctx, cancel := context.WithTimeout(ctx, c.deaf)
		defer cancel()
		a, err := c.service.Approval(ctx, id)
		switch {
		case code(err) == client.CodeUnknownApproval:
			return Seen{Refused: true}
		case err != nil:
			return Seen{Unknown: true}
		case a.Device != nil:
			return Seen{Status: string(a.Status), Device: a.Device.ID}
		default:
			return Seen{Status: string(a.Status)}
		}
	})
}

func code(err error) string {
	var e *client.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
