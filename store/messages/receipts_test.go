package messages_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/store/messages"
	"github.com/jawort/jawort/store/outbox"
)

func receipt(reference string, state courier.State) courier.Receipt {
	return courier.Receipt{Provider: "smpp", Reference: reference, State: state, Reason: "DELIVRD"}
}

// receive keeps receipts, each of them twice.
func (w *world) receive(receipts ...courier.Receipt) {
	w.Helper()
	for _, r := range receipts {
		w.must(w.Receive(w.Context(), r))
		w.must(w.Receive(w.Context(), r))
	}
}

func TestAReceiptSaysWhatBecameOfAMessage(t *testing.T) {
	onEach(t, func(w *world) {
		for i, state := range []courier.State{courier.Delivered, courier.Undelivered} {
			m, reference := w.put(), fmt.Sprint("m", i)
			w.must(w.Sent(w.Context(), w.takeOne(), "smpp", reference))
			w.receive(receipt(reference, state))
			w.wantTold(m, courier.Sent, state)
		}
	})
}

func TestAReceiptThatComesBeforeTheMarkIsNotLost(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		l := w.takeOne()
		w.receive(receipt("m1", courier.Delivered))
		w.wantTold(m)
		w.must(w.Sent(w.Context(), l, "smpp", "m1"))
		w.must(w.Sent(w.Context(), l, "smpp", "m1"))
		w.wantTold(m, courier.Sent, courier.Delivered)
	})
}

func TestAReceiptAndTheMarkAtTheSameMomentAreNotLost(t *testing.T) {
	onEach(t, func(w *world) {
		const many = 40
		all := make([]courier.Message, many)
		for i := range all {
			all[i] = w.put()
		}
		var both sync.WaitGroup
		for _, l := range w.take() {
			both.Go(func() {
				if err := w.Sent(w.Context(), l, "smpp", l.ID); err != nil {
					w.Error(err)
				}
			})
			both.Go(func() {
				if err := w.Receive(w.Context(), receipt(l.ID, courier.Delivered)); err != nil {
					w.Error(err)
				}
			})
		}
		both.Wait()
		for _, m := range all {
			w.wantTold(m, courier.Sent, courier.Delivered)
		}
	})
}

func TestOfTwoCopiesTheOneThatArrivesCounts(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		first := w.takeOne()
		w.pass(lease)
		second := w.takeOne()
		w.must(w.Sent(w.Context(), first, "smpp", "m1"))
		w.must(w.Sent(w.Context(), second, "smpp", "m2"))
		w.receive(receipt("m1", courier.Undelivered), receipt("m2", courier.Delivered), receipt("m1", courier.Undelivered))
		w.wantTold(m, courier.Sent, courier.Undelivered, courier.Delivered)
	})
}

func TestAReferenceIsItsProvidersOwn(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		w.must(w.Sent(w.Context(), w.takeOne(), "smpp", "m1"))
		w.receive(courier.Receipt{Provider: "twilio", Reference: "m1", State: courier.Delivered})
		w.wantTold(m, courier.Sent)
	})
}

func TestAReferenceThatIsGivenAgainDoesNotSpeakOfTheNewMessageYet(t *testing.T) {
	onEach(t, func(w *world) {
		old := w.put()
		w.must(w.Sent(w.Context(), w.takeOne(), "smpp", "m1"))
		w.receive(receipt("m1", courier.Delivered))
		m := w.put()
		w.must(w.Sent(w.Context(), w.takeOne(), "smpp", "m1"))
		w.wantTold(old, courier.Sent, courier.Delivered)
		w.wantTold(m, courier.Sent)
		w.receive(receipt("m1", courier.Undelivered))
		w.wantTold(m, courier.Sent, courier.Undelivered)
	})
}

func TestMessagesWithoutAReferenceAreSentAllTheSame(t *testing.T) {
	onEach(t, func(w *world) {
		first, second := w.put(), w.put()
		for _, l := range w.take() {
			w.must(w.Sent(w.Context(), l, "twilio", ""))
		}
		w.wantTold(first, courier.Sent)
		w.wantTold(second, courier.Sent)
	})
}

// failing is a ledger that cannot settle.
type failing struct{}

var errFull = errors.New("the ledger is full")

func (failing) Settle(context.Context, *sql.Tx, string, courier.State) error { return errFull }

func TestNoStateChangesWithoutItsSettlement(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		l := w.takeOne()
		set := messages.New(w.db, nil, failing{})
		if err := set.Sent(w.Context(), l, "smpp", "m1"); !errors.Is(err, errFull) {
			w.Errorf("got %v", err)
		}
		if err := set.Failed(w.Context(), l, "x"); !errors.Is(err, errFull) {
			w.Errorf("got %v", err)
		}
		if w.state(m) != courier.Queued {
			w.Errorf("it is %s", w.state(m))
		}
		w.must(w.Sent(w.Context(), l, "smpp", "m1"))
		w.wantTold(m, courier.Sent)
	})
}

func TestNoMessageIsLeasedTwiceHoweverManyWork(t *testing.T) {
	onEach(t, func(w *world) {
		const many = 60
		for range many {
			w.put()
		}
		var mu sync.Mutex
		seen := map[string]int{}
		var workers sync.WaitGroup
		for range 8 {
			workers.Go(func() {
				for empty := 0; empty < 3; {
					leased, err := w.Lease(w.Context(), courier.SMS, 5, lease)
					if err != nil {
						w.Error(err)
						return
					}
					if len(leased) == 0 {
						empty++
					}
					mu.Lock()
					for _, l := range leased {
						seen[l.ID]++
					}
					mu.Unlock()
				}
			})
		}
		workers.Wait()
		if len(seen) != many {
			w.Errorf("%d of %d were leased", len(seen), many)
		}
		for id, n := range seen {
			if n != 1 {
				w.Errorf("%s was leased %d times", id, n)
			}
		}
	})
}

// woken notes whose pages look again.
type woken struct{ topics []string }

func (w *woken) Wake(_ context.Context, topics ...string) error {
	w.topics = append(w.topics, topics...)
	return nil
}

func TestWhatBecomesOfACodeWakesItsPageAndIsToldOfTheNewest(t *testing.T) {
	onEach(t, func(w *world) {
		wakes := &woken{}
		w.Waker = wakes
		state := func(want approval.Code, woken int) {
			w.Helper()
			codes, err := w.Codes(w.Context(), []string{"apr_1", "apr_2"})
			w.must(err)
			got, others := codes["apr_1"], len(codes)-1
			if got.SentAt.IsZero() != want.SentAt.IsZero() {
				w.Errorf("it was sent at %v", got.SentAt)
			}
			if got.SentAt = want.SentAt; got != want || others != 0 || len(wakes.topics) != woken {
				w.Fatalf("%+v (and %d others), woken are %v", got, others, wakes.topics)
			}
		}
		if codes, err := w.Codes(w.Context(), []string{"apr_1"}); err != nil || len(codes) != 0 {
			w.Fatalf("before any: %v, %v", codes, err)
		}
		w.put(byEmail)
		state(approval.Code{Method: "email", State: approval.CodeQueued}, 0)
		w.put(func(m *courier.Message) { m.Purpose, m.Approval = courier.PurposeNotice, "" })
		w.must(w.tx(func(ctx context.Context, tx *sql.Tx) error {
			w.must(w.Withdraw(ctx, tx, "apr_1", courier.Email))
			return nil
		}))
		state(approval.Code{Method: "email", State: approval.CodeFailed}, 0)
		m := w.put()
		state(approval.Code{Method: "sms", State: approval.CodeQueued}, 0)
		for _, l := range w.take() {
			w.must(w.Sent(w.Context(), l, "smpp", l.ID))
		}
		w.must(w.Sent(w.Context(), courier.Leased{Message: m}, "smpp", m.ID))
		sent := time.Now()
		state(approval.Code{Method: "sms", State: approval.CodeSent, SentAt: sent}, 1)
		w.receive(receipt(m.ID, courier.Undelivered))
		state(approval.Code{Method: "sms", State: approval.CodeFailed, SentAt: sent}, 2)
		w.receive(receipt(m.ID, courier.Delivered))
		state(approval.Code{Method: "sms", State: approval.CodeDelivered, SentAt: sent}, 3)
	})
}

func TestAMessageThatWillNotComeIsAnEventOfItsChannelAndReasonAlone(t *testing.T) {
	onEach(t, func(w *world) {
		refused := w.put()
		w.must(w.Failed(w.Context(), w.takeOne(), "30007"))
		lost := w.put()
		w.must(w.Sent(w.Context(), w.takeOne(), "smpp", "m1"))
		w.receive(courier.Receipt{Provider: "smpp", Reference: "m1", State: courier.Undelivered, Reason: "UNDELIV"})
		w.put()
		w.must(w.Sent(w.Context(), w.takeOne(), "smpp", "m2")) // nothing to tell
		events, err := (&outbox.Store{DB: w.db}).Lease(w.Context(), 10, lease)
		w.must(err)
		told := map[string]string{}
		for _, e := range events {
			told[e.Subject] = fmt.Sprintf("%s %s %s %s", e.Kind, e.Tenant, e.Account, e.Data)
		}
		want := map[string]string{
			refused.ID: `message.failed ten_1 acc_1 {"approval":"apr_1","channel":"sms","reason":"30007"}`,
			lost.ID:    `message.failed ten_1 acc_1 {"approval":"apr_1","channel":"sms","reason":"UNDELIV"}`,
		}
		if !maps.Equal(told, want) {
			w.Errorf("told is %v, want %v", told, want)
		}
	})
}
