package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jawort/jawort/phone"
)

// handed is a question in the hand of whoever is going to answer it.
type handed struct {
	handset *handset
	item    phone.Item
}

// unwokenAfter is when somebody who sees the page opens the app without having been woken.
const unwokenAfter = 5 * time.Second

// fetchAll lets every phone of the account be woken and fetch the question. It returns those that are going to answer: all for a
// deny, and two at the same moment where there are several.
func (l *login) fetchAll(ctx context.Context) []handed {
	answering := min(len(l.who.phones), 2)
	if l.plan.decision == phone.Deny {
		answering = len(l.who.phones)
	}
	got := make([]*phone.Item, len(l.who.phones))
	var phones sync.WaitGroup
	for i, h := range l.who.phones {
		phones.Go(func() { got[i] = l.fetch(ctx, h) })
	}
	phones.Wait()
	var items []handed
	for i, item := range got[:answering] {
		if item != nil {
			items = append(items, handed{l.who.phones[i], *item})
		}
	}
	return items
}

func (l *login) fetch(ctx context.Context, h *handset) *phone.Item {
	if !l.woken(ctx, h) {
		l.mu.Lock()
		l.seen.Unwoken = true
		l.mu.Unlock()
	}
	items, err := l.insist(ctx, h)
	if err != nil {
		l.fail("fetch", err)
		return nil
	}
	for _, item := range items {
		if item.Device == h.device && item.Err == nil {
			return &item
		}
	}
	l.fail("fetch", fmt.Errorf("the question is not among %d", len(items)))
	return nil
}

// woken waits for the push. A phone that is not going to be woken is opened at once.
func (l *login) woken(ctx context.Context, h *handset) bool {
	if len(l.seen.Woken) == 0 {
		return true
	}
	return l.bells.await(ctx, ring{l.approval.ID, h.token}, min(unwokenAfter, l.o.Patience/2))
}

// again is the pause of a phone that got no answer.
const again = 200 * time.Millisecond

// insist fetches the question until the server answers.
func (l *login) insist(ctx context.Context, h *handset) ([]phone.Item, error) {
	for {
		items, err := h.phone.Approval(ctx, h.server, l.approval.ID)
		if err == nil || refused(err) || !sleepUntil(ctx, l.now().Add(again)) {
			return items, err
		}
	}
}

// refused says that the server has made up its mind.
func refused(err error) bool { return phone.Code(err) != "" && phone.Code(err) != "unavailable" }

func (l *login) decideAll(ctx context.Context, intended time.Time, number string, items []handed) {
	if l.plan.wrong {
		l.mistype(ctx, number, items[0])
		intended = l.now()
	}
	l.decided = intended
	var phones sync.WaitGroup
	for _, one := range items {
		phones.Go(func() { l.decide(ctx, number, one) })
	}
	phones.Wait()
}

func (l *login) decide(ctx context.Context, number string, one handed) {
	if l.plan.decision == phone.Deny {
		number = ""
	}
	a, err := one.handset.phone.Decide(ctx, one.item, l.plan.decision, number)
	lost := phone.Code(err) == phone.CodeAlreadyDecided
	if err != nil && !(lost && len(l.who.phones) > 1) {
		l.fail("decide", err)
		return
	}
	l.note(Answer{Device: one.handset.device, Decision: l.plan.decision, Status: a.Status})
}

var errTaken = errors.New("bench: a wrong number was taken")

// mistype answers with a number that the page does not show.
func (l *login) mistype(ctx context.Context, number string, one handed) {
	if number == "" {
		return
	}
	wrong := []byte(number)
	wrong[0] = '0' + (wrong[0]-'0'+1)%10
	_, err := one.handset.phone.Decide(ctx, one.item, approve, string(wrong))
	if l.seen.Mistyped = phone.Code(err) == phone.CodeWrongNumber; !l.seen.Mistyped {
		l.fail("wrong number", cmp.Or(err, errTaken))
	}
}
