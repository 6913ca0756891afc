package smpp_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge/logtest"
	"github.com/jawort/jawort/factor/smpp"
	"github.com/jawort/jawort/factor/smpp/smpptest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

// quick is a pace for tests.
func quick() smpp.Pace {
	return smpp.Pace{
		Submit: 10 * time.Second, Enquire: 10 * time.Second, Answer: 5 * time.Second, Throttled: 3 * time.Second,
		Backoff: time.Millisecond, BackoffMost: 50 * time.Millisecond, Grace: 5 * time.Second,
	}
}

// world is a client that runs against a carrier.
type world struct {
	*testing.T
	*smpp.Client
	carrier  *smpptest.Carrier
	receipts chan courier.Receipt
	log      *logtest.Log
	stop     func()
	refuse   func() error // of who keeps receipts
}

func newWorld(t *testing.T, change func(o *smpp.Options)) *world {
	t.Helper()
	return newWorldAt(t, smpptest.Start(t, ""), change)
}

func newWorldAt(t *testing.T, carrier *smpptest.Carrier, change func(o *smpp.Options)) *world {
	t.Helper()
	w := &world{T: t, carrier: carrier, receipts: make(chan courier.Receipt, 100), log: &logtest.Log{}, refuse: func() error { return nil }}
	o := smpp.Options{
		Address: carrier.Address, SystemID: smpptest.SystemID, Password: smpptest.Password, Source: "Jawort",
		Pace: quick(), Receive: w.receive, Now: time.Now, Random: rand.Reader,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&o)
	}
	w.Client = smpp.New(o)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.Client.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	w.stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(w.stop)
	t.Cleanup(w.nothingSecret)
	return w
}

func (w *world) receive(_ context.Context, r courier.Receipt) error {
	if err := w.refuse(); err != nil {
		return err
	}
	w.receipts <- r
	return nil
}

const text = "123456 ist Ihr Code."

// nothingSecret is checked at the end of every test.
func (w *world) nothingSecret() {
	for _, secret := range []string{"4915", "123456", smpptest.Password} {
		if strings.Contains(w.log.String(), secret) {
			w.Errorf("%q is in the log:\n%s", secret, w.log)
		}
	}
}

// message goes to the number that ends in to.
func message(to string) courier.Message {
	return courier.Message{ID: "msg_a", Channel: courier.SMS, Address: "+4915100" + to, Text: text, ExpiresAt: time.Now().Add(15 * time.Minute)}
}

// mustSend sends, and returns the reference.
func (w *world) mustSend(to string) string {
	w.Helper()
	reference, err := w.Send(w.Context(), message(to))
	if err != nil {
		w.Fatal(err)
	}
	return reference
}

// failure sends, and returns what it wants to be the failure.
func (w *world) failure(to string) courier.Failure {
	w.Helper()
	reference, err := w.Send(w.Context(), message(to))
	f, ok := errors.AsType[*courier.Failure](err)
	if !ok {
		w.Fatalf("got %q, %v, want a failure", reference, err)
	}
	if strings.Contains(err.Error(), "4915") || strings.Contains(err.Error(), "123456") {
		w.Errorf("the error tells too much: %v", err)
	}
	return *f
}

func (w *world) wantReceipt(want courier.Receipt) {
	w.Helper()
	select {
	case got := <-w.receipts:
		if got != want {
			w.Errorf("got %+v, want %+v", got, want)
		}
	case <-time.After(patience):
		w.Fatal("no receipt came")
	}
}

func delivered(reference string) courier.Receipt {
	return courier.Receipt{Provider: smpp.Name, Reference: reference, State: courier.Delivered, Reason: "DELIVRD-007"}
}
