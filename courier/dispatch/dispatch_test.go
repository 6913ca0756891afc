package dispatch_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/courier/dispatch"
)

func TestEachMessageGoesToTheSenderOfItsChannel(t *testing.T) {
	sms, mail := &stage{attempted: make(chan courier.Message, 9)}, &stage{attempted: make(chan courier.Message, 9)}
	w := newWorld(t, map[courier.Channel]courier.Sender{courier.SMS: sms, courier.Email: mail})
	code, letter := w.put(), w.put(to("ada@example.org"))
	w.run()
	if got := <-sms.attempted; got.ID != code.ID || got.Text != code.Text || got.Address != code.Address {
		t.Errorf("by SMS: %s", got.ID)
	}
	if got := <-mail.attempted; got.ID != letter.ID || got.Subject != letter.Subject {
		t.Errorf("by e-mail: %s", got.ID)
	}
	w.wantState(code, courier.Sent)
	w.wantState(letter, courier.Sent)
	if n := w.metric("jawort_messages_total", "stage", "code", "sent"); n != 2 {
		t.Errorf("%v are counted", n)
	}
}

func TestWhatFailsIsTriedAgainUntilItIsTaken(t *testing.T) {
	s := &stage{do: func(_ context.Context, attempt int) error {
		return []error{
			1: &courier.Failure{Kind: courier.Again, Reason: "no-answer"},
			2: &courier.Failure{Kind: courier.Throttled, Reason: "ESME_RTHROTTLED", After: 20 * time.Millisecond},
			3: &courier.Failure{Kind: courier.Alarm, Reason: "20003"},
			4: errors.New("what nobody foresaw"), 5: nil,
		}[attempt]
	}}
	w := newWorld(t, onlySMS(s))
	m := w.put()
	w.run()
	w.wantState(m, courier.Sent)
	if n := w.metric("jawort_messages_total", "stage", "code", "retried"); n != 4 {
		t.Errorf("%v tries are counted", n)
	}
	if !strings.Contains(w.log.String(), `level=ERROR msg="sending messages needs an operator"`) {
		t.Error("no operator is asked for")
	}
}

func TestAThrottledMessageWaitsAsLongAsTheProviderSays(t *testing.T) {
	begun := make(chan time.Time, 9)
	s := &stage{do: func(_ context.Context, attempt int) error {
		begun <- time.Now()
		if attempt == 1 {
			return &courier.Failure{Kind: courier.Throttled, Reason: "ESME_RMSGQFUL", After: 300 * time.Millisecond}
		}
		return nil
	}}
	w := newWorld(t, onlySMS(s))
	w.put()
	w.run()
	if first, second := <-begun, <-begun; second.Sub(first) < 300*time.Millisecond {
		t.Errorf("tried again after %v", second.Sub(first))
	}
}

func TestWhatWillNeverBeTakenIsNotTriedAgain(t *testing.T) {
	s := &stage{do: func(context.Context, int) error { return &courier.Failure{Kind: courier.Unreachable, Reason: "21614"} }}
	w := newWorld(t, onlySMS(s))
	m := w.put()
	w.run()
	w.wantState(m, courier.Failed)
	if s.count() != 1 || !slices.Equal(w.told(m), []string{"failed"}) {
		t.Errorf("%d attempts, the ledger was told %q", s.count(), w.told(m))
	}
}

func TestANoticeThatIsRefusedIsTriedAgainLater(t *testing.T) {
	s := &stage{do: func(_ context.Context, attempt int) error {
		return []error{1: &courier.Failure{Kind: courier.Refused, Reason: "30007"}, 2: nil}[attempt]
	}}
	w := newWorld(t, onlySMS(s))
	w.options.Pace.Notice, w.options.Pace.NoticeMost = 100*time.Millisecond, 100*time.Millisecond
	m := w.put(func(m *courier.Message) { m.Purpose = courier.PurposeNotice })
	w.run()
	w.wantState(m, courier.Sent)
	if s.count() != 2 {
		t.Errorf("%d attempts", s.count())
	}
}

func TestANoticeToNobodyIsNotTriedAgain(t *testing.T) {
	s := &stage{do: func(context.Context, int) error { return &courier.Failure{Kind: courier.Unreachable, Reason: "21614"} }}
	w := newWorld(t, onlySMS(s))
	m := w.put(func(m *courier.Message) { m.Purpose = courier.PurposeNotice })
	w.run()
	w.wantState(m, courier.Failed)
}

func TestAnAttemptHasADeadline(t *testing.T) {
	s := &stage{do: func(ctx context.Context, attempt int) error {
		if attempt == 1 {
			<-ctx.Done()
			return &courier.Failure{Kind: courier.Again, Reason: "timeout"}
		}
		return nil
	}}
	w := newWorld(t, onlySMS(s))
	w.options.Pace.Attempt = 50 * time.Millisecond
	m := w.put()
	w.run()
	w.wantState(m, courier.Sent)
}

func TestAProviderThatFailsIsLeftAloneForAWhile(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	s := &stage{do: func(context.Context, int) error {
		if broken.Load() {
			return &courier.Failure{Kind: courier.Again, Reason: "no-answer"}
		}
		return nil
	}}
	w := newWorld(t, onlySMS(s))
	w.options.Concurrency, w.options.Pace.TripAfter, w.options.Pace.Rest = 1, 3, 400*time.Millisecond
	all := []courier.Message{w.put(), w.put(), w.put(), w.put(), w.put(), w.put()}
	w.run()
	w.wait(func() bool { return w.metric("jawort_message_breakers_not_closed", "stage", "open") == 1 })
	if n := s.count(); n != 3 {
		t.Errorf("%d attempts before the breaker opened, want 3", n)
	}
	w.wait(func() bool { return s.count() == 4 }) // one, to find out
	broken.Store(false)
	for _, m := range all {
		w.wantState(m, courier.Sent)
	}
	if n := w.metric("jawort_message_breakers_not_closed"); n != 0 {
		t.Errorf("%v breakers are not closed at the end", n)
	}
}

func TestRefusalsAndThrottlingDoNotSpeakAgainstAProvider(t *testing.T) {
	s := &stage{do: func(_ context.Context, attempt int) error {
		return &courier.Failure{Kind: []courier.Kind{courier.Throttled, courier.Unreachable, courier.Refused, courier.Alarm}[attempt%4], Reason: "x"}
	}}
	w := newWorld(t, onlySMS(s))
	w.options.Pace.TripAfter = 1
	all := make([]courier.Message, 12)
	for i := range all {
		all[i] = w.put()
	}
	w.run()
	for _, m := range all {
		w.wantState(m, courier.Failed)
		if n := w.metric("jawort_message_breakers_not_closed"); n != 0 {
			t.Fatal("the breaker opened")
		}
	}
}

func TestNoMoreAttemptsRunAtOnceThanAllowed(t *testing.T) {
	release := make(chan struct{})
	s := &stage{attempted: make(chan courier.Message, 12), do: func(context.Context, int) error {
		<-release
		return nil
	}}
	w := newWorld(t, onlySMS(s))
	w.options.Concurrency = 3
	var all []courier.Message
	for range 12 {
		all = append(all, w.put())
	}
	w.run()
	for range 3 {
		<-s.attempted
	}
	close(release)
	for _, m := range all {
		w.wantState(m, courier.Sent)
	}
	if s.most != 3 {
		t.Errorf("%d at once, want 3", s.most)
	}
}

func TestAStopLetsAttemptsFinishAndMarksThem(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	s := &stage{do: func(context.Context, int) error {
		close(begun)
		<-finish
		return nil
	}}
	w := newWorld(t, onlySMS(s))
	m := w.put()
	stop := w.run()
	<-begun
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	close(finish)
	<-stopped
	if w.state(m) != courier.Sent {
		t.Errorf("it is %s", w.state(m))
	}
}

func TestAnAttemptThatAStopCutsOffIsFreeAtOnce(t *testing.T) {
	begun := make(chan struct{})
	s := &stage{do: func(ctx context.Context, attempt int) error {
		if attempt == 1 {
			close(begun)
			<-ctx.Done()
			return &courier.Failure{Kind: courier.Again, Reason: courier.Stopped}
		}
		return nil
	}}
	w := newWorld(t, onlySMS(s))
	w.options.Pace.Grace, w.options.Pace.Lease = 20*time.Millisecond, time.Hour
	m := w.put()
	stop := w.run()
	<-begun
	stop()
	w.options.Metrics = newWorldRegistry()
	w.run() // the next process
	w.wantState(m, courier.Sent)
}

// forgetful is a queue whose marks fail for a while.
type forgetful struct {
	dispatch.Queue
	left atomic.Int32
}

func (f *forgetful) Sent(ctx context.Context, l courier.Leased, provider, reference string) error {
	if f.left.Add(-1) >= 0 {
		return errors.New("the store is down")
	}
	return f.Queue.Sent(ctx, l, provider, reference)
}

func TestAMarkThatFailsIsRepeatedAndNotTheMessage(t *testing.T) {
	s := &stage{}
	w := newWorld(t, onlySMS(s))
	queue := &forgetful{Queue: w.store}
	queue.left.Store(3)
	w.options.Queue = queue
	m := w.put()
	w.run()
	w.wantState(m, courier.Sent)
	if s.count() != 1 || !slices.Equal(w.told(m), []string{"sent"}) {
		t.Errorf("%d attempts, the ledger was told %q", s.count(), w.told(m))
	}
}

func TestAChannelWithoutASenderExpires(t *testing.T) {
	w := newWorld(t, onlySMS(&stage{}))
	m := w.put(to("ada@example.org"), func(m *courier.Message) { m.ExpiresAt = time.Now().Add(200 * time.Millisecond) })
	w.run()
	w.wantState(m, courier.Expired)
	if !w.wait(func() bool { return w.metric("jawort_messages_expired_total") == 1 }) {
		t.Error("it is not counted")
	}
}

// It is alone, because the others start and stop things all the time.
func TestNothingGoesOnAfterAStop(t *testing.T) {
	s := &stage{}
	w := newWorldAt(t, "sqlite::memory:", onlySMS(s))
	before := goleak.IgnoreCurrent()
	stop := w.run()
	w.wantState(w.put(), courier.Sent)
	stop()
	stop()
	goleak.VerifyNone(t, before)
}
