package messages_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/messages"
)

func TestAMessageIsLeasedAsItWasPut(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		got := w.takeOne()
		if !got.ExpiresAt.Equal(m.ExpiresAt.Truncate(time.Microsecond)) {
			w.Errorf("it expires at %v, want %v", got.ExpiresAt, m.ExpiresAt)
		}
		m.ExpiresAt = got.ExpiresAt
		if got.Message != m || got.Attempt != 1 || got.Unreadable {
			w.Errorf("got %s %+v", got.Text, got)
		}
	})
}

func TestWhatAMessageSaysAndToWhomIsSealed(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		sealed, err := db.One(w.Context(), w.db.Reads(), db.ScanBytes, `SELECT sealed FROM messages WHERE id = $1`, m.ID)
		w.must(err)
		for _, secret := range []string{m.Address, m.Text, "123456"} {
			if len(sealed) == 0 || bytes.Contains(sealed, []byte(secret)) {
				w.Errorf("%q lies open", secret)
			}
		}
	})
}

func TestThereIsNoMessageWithoutWhatCausesIt(t *testing.T) {
	onEach(t, func(w *world) {
		undone, m := errors.New("undone"), w.message()
		err := w.tx(func(ctx context.Context, tx *sql.Tx) error {
			w.must(w.Put(ctx, tx, m))
			return undone
		})
		if !errors.Is(err, undone) || len(w.take()) != 0 {
			w.Errorf("got %v and a message", err)
		}
	})
}

func TestTheSameMessagePutAgainChangesNothing(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		w.must(w.Sent(w.Context(), w.takeOne(), "smpp", "m1"))
		w.must(w.tx(func(ctx context.Context, tx *sql.Tx) error { return w.Put(ctx, tx, m) }))
		w.wantTold(m, courier.Sent)
		w.wantWiped(m)
	})
}

func TestAMessageThatCannotBeSentIsRefusedBeforeItIsQueued(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.message()
		m.Address = "+49151\r\n"
		if err := w.tx(func(ctx context.Context, tx *sql.Tx) error { return w.Put(ctx, tx, m) }); err == nil {
			w.Error("taken")
		}
	})
}

func TestALeasedMessageIsNobodyElsesUntilTheLeaseIsOver(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		w.takeOne()
		if got := w.take(); len(got) != 0 {
			w.Fatal("it was leased twice")
		}
		w.pass(lease)
		again := w.takeOne()
		if again.ID != m.ID || again.Attempt != 2 || again.Text != m.Text {
			w.Errorf("got %+v", again)
		}
	})
}

func TestEachChannelHasItsQueueAndCodesComeFirst(t *testing.T) {
	onEach(t, func(w *world) {
		invitation := w.put(func(m *courier.Message) { m.Purpose = courier.PurposeInvitation })
		notice := w.put(func(m *courier.Message) { m.Purpose = courier.PurposeNotice })
		w.put(byEmail)
		code := w.put()
		for _, want := range []courier.Message{code, notice, invitation} {
			leased, err := w.Lease(w.Context(), courier.SMS, 1, lease)
			w.must(err)
			if len(leased) != 1 || leased[0].ID != want.ID {
				w.Errorf("got %v, want the %s", leased, want.Purpose)
			}
		}
	})
}

func TestASentMessageIsWipedAndNotSentAgain(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		l := w.takeOne()
		w.wantTold(m)
		for range 3 {
			w.must(w.Sent(w.Context(), l, "smpp", "m1"))
		}
		w.wantTold(m, courier.Sent)
		w.wantWiped(m)
		w.pass(lease)
		if len(w.take()) != 0 || w.upkeep().Waiting != 0 {
			w.Error("it is still queued")
		}
	})
}

func TestAMessageThatFailsIsWipedAndTold(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		l := w.takeOne()
		for range 2 {
			w.must(w.Failed(w.Context(), l, "21614"))
		}
		w.wantTold(m, courier.Failed)
		w.wantWiped(m)
	})
}

func TestARetriedMessageWaits(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		w.must(w.Retry(w.Context(), w.takeOne(), time.Minute, "no-answer"))
		w.pass(50 * time.Second)
		if len(w.take()) != 0 {
			w.Error("it does not wait")
		}
		w.pass(10 * time.Second)
		if l := w.takeOne(); l.Attempt != 2 {
			w.Errorf("got %+v", l)
		}
		w.wantTold(m)
	})
}

func TestWhoseLeaseIsOverChangesNothingButWhatWasSent(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		late := w.takeOne()
		w.pass(lease)
		newer := w.takeOne()
		w.must(w.Failed(w.Context(), late, "x"))
		w.must(w.Retry(w.Context(), late, 0, "x"))
		if got := w.take(); len(got) != 0 || w.state(m) != courier.Queued {
			w.Errorf("the late one's word counted: %v, %s", got, w.state(m))
		}
		w.must(w.Sent(w.Context(), late, "smpp", "m1")) // it was sent, whoever did it
		w.must(w.Failed(w.Context(), newer, "x"))
		w.must(w.Sent(w.Context(), newer, "smpp", "m2"))
		w.wantTold(m, courier.Sent)
	})
}

func TestAnExpiredMessageIsNotSentButWipedAndTold(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		w.must(w.Retry(w.Context(), w.takeOne(), 0, "no-answer"))
		w.pass(15 * time.Minute)
		if len(w.take()) != 0 {
			w.Error("it was leased when its time was over")
		}
		if u := w.upkeep(); u != (courier.Upkeep{Expired: 1}) {
			w.Errorf("got %+v", u)
		}
		w.upkeep()
		w.wantTold(m, courier.Expired)
		w.wantWiped(m)
	})
}

func TestAMessageThatIsBeingSentDoesNotExpireMeanwhile(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		w.pass(15*time.Minute - lease/2)
		l := w.takeOne()
		w.pass(lease/2 + time.Second)
		w.upkeep()
		w.must(w.Sent(w.Context(), l, "smpp", "m1"))
		w.wantTold(m, courier.Sent)
	})
}

func TestAWithdrawnCodeIsNotSent(t *testing.T) {
	onEach(t, func(w *world) {
		code, activation := w.put(), w.put(func(m *courier.Message) { m.Purpose = courier.PurposeActivation })
		others := []courier.Message{
			w.put(byEmail), w.put(func(m *courier.Message) { m.Approval = "apr_2" }), w.put(func(m *courier.Message) { m.Purpose = courier.PurposeNotice }),
		}
		withdraw := func(ctx context.Context, tx *sql.Tx) error { return w.Withdraw(ctx, tx, "apr_1", courier.SMS) }
		w.must(w.tx(withdraw))
		w.must(w.tx(withdraw))
		for _, m := range []courier.Message{code, activation} {
			w.wantTold(m, courier.Expired)
			w.wantWiped(m)
		}
		for _, m := range others {
			if w.state(m) != courier.Queued {
				w.Errorf("the %s of %s was withdrawn too", m.Purpose, m.Approval)
			}
		}
	})
}

func TestACodeThatIsWithdrawnWhileItIsSentIsNotTriedAgain(t *testing.T) {
	onEach(t, func(w *world) {
		taken, lost := w.put(), w.put()
		leased := w.take()
		w.must(w.tx(func(ctx context.Context, tx *sql.Tx) error { return w.Withdraw(ctx, tx, "apr_1", courier.SMS) }))
		for _, l := range leased {
			if l.ID == taken.ID {
				w.must(w.Sent(w.Context(), l, "smpp", "m1"))
			} else {
				w.must(w.Retry(w.Context(), l, 0, "no-answer"))
			}
		}
		if len(w.take()) != 0 {
			w.Error("it is tried again")
		}
		w.upkeep()
		w.wantTold(taken, courier.Sent)
		w.wantTold(lost, courier.Expired)
	})
}

func TestErasingAnAccountWipesWhatIsQueuedForIt(t *testing.T) {
	onEach(t, func(w *world) {
		m, mail := w.put(), w.put(byEmail)
		other := w.put(func(m *courier.Message) { m.Account = "acc_2" })
		w.must(w.tx(func(ctx context.Context, tx *sql.Tx) error { return w.Erase(ctx, tx, "acc_1") }))
		w.wantWiped(m)
		w.wantWiped(mail)
		w.wantTold(m, courier.Expired)
		w.wantTold(mail) // an e-mail costs nothing
		if w.state(mail) != courier.Expired || w.state(other) != courier.Queued {
			w.Errorf("the e-mail is %s, another's message is %s", w.state(mail), w.state(other))
		}
	})
}

func TestAMessageToAHelperIsToldAndWipedWithTheHelper(t *testing.T) {
	onEach(t, func(w *world) {
		toHelper := func(m *courier.Message) { m.Account, m.Recipient = "acc_customer", "acc_helper" }
		w.put(toHelper)
		for of, want := range map[string]int{"acc_customer": 0, "acc_helper": 1} {
			told, err := w.Dossier(w.Context(), account.Account{ID: of})
			w.must(err)
			if kept := told.([]messages.Kept); len(kept) != want || want == 1 && kept[0].Address == "" {
				w.Errorf("%s is told %+v", of, kept)
			}
		}
		for _, of := range []string{"acc_helper", "acc_customer"} { // without the customer it is of no use
			m := w.put(toHelper)
			w.must(w.tx(func(ctx context.Context, tx *sql.Tx) error { return w.Erase(ctx, tx, of) }))
			w.wantWiped(m)
		}
	})
}

func TestAMessageWhoseKeyIsLostIsHandedOutAsUnreadable(t *testing.T) {
	onEach(t, func(w *world) {
		m := w.put()
		set, err := keys.Generate()
		w.must(err)
		leased, err := messages.New(w.db, set, nil).Lease(w.Context(), courier.SMS, 1, lease)
		w.must(err)
		if len(leased) != 1 || !leased[0].Unreadable || leased[0].ID != m.ID || leased[0].Text != "" {
			w.Errorf("got %+v", leased)
		}
	})
}

func TestWhatEndedLongAgoIsForgotten(t *testing.T) {
	onEach(t, func(w *world) {
		w.put()
		w.must(w.Sent(w.Context(), w.takeOne(), "smpp", "m1"))
		w.must(w.Receive(w.Context(), courier.Receipt{Provider: "smpp", Reference: "nobody's", State: courier.Delivered}))
		waiting := w.put(func(m *courier.Message) { m.ExpiresAt = m.ExpiresAt.Add(60 * 24 * time.Hour) })
		w.pass(31 * 24 * time.Hour)
		w.upkeep()
		for table, want := range map[string]int{"messages": 1, "message_references": 0} {
			n, err := db.One(w.Context(), w.db.Reads(), db.ScanInt, `SELECT COUNT(*) FROM `+table)
			w.must(err)
			if n != want {
				w.Errorf("%s has %d rows, want %d", table, n, want)
			}
		}
		if w.state(waiting) != courier.Queued {
			w.Error("what waits was forgotten")
		}
	})
}
