package dispatch_test

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/courier/dispatch"
	"github.com/jawort/jawort/factor/mail"
	"github.com/jawort/jawort/factor/mail/mailtest"
	"github.com/jawort/jawort/factor/smpp"
	"github.com/jawort/jawort/factor/smpp/smpptest"
	"github.com/jawort/jawort/factor/twilio"
	"github.com/jawort/jawort/factor/twilio/twiliotest"
)

// onCarrier is a world whose SMS go through a real SMPP server.
func onCarrier(t *testing.T) (*world, *smpptest.Carrier) {
	t.Helper()
	carrier := smpptest.Start(t, "")
	w := newWorld(t, nil)
	client := smpp.New(smpp.Options{
		Address: carrier.Address, SystemID: smpptest.SystemID, Password: smpptest.Password, Source: "Jawort",
		Pace:    smpp.Pace{Submit: 2 * time.Second, Throttled: 20 * time.Millisecond, Backoff: time.Millisecond, BackoffMost: 20 * time.Millisecond},
		Receive: dispatch.NewReceipts(w.store, w.registry).Receive, Log: w.options.Log, Now: time.Now, Random: rand.Reader,
	})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = client.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	w.options.Senders = onlySMS(client)
	return w, carrier
}

func TestAnSMSIsDeliveredWhateverItsCarrierDoesFirst(t *testing.T) {
	w, _ := onCarrier(t)
	w.run()
	for _, ending := range []string{
		"0001", // throttles
		"0005", // dies over it
		"0006", // says what became of it before it says that it took it
		"0009", // dies in the middle of an answer
		"0010", // sends garbage
		"0014", // unbinds
		"1234",
	} {
		m := w.put(to("+4915100" + ending))
		w.wantState(m, courier.Delivered)
		if told := w.told(m); len(told) != 2 || told[0] != "delivered" || told[1] != "sent" {
			t.Errorf("%s: the ledger was told %q", ending, told)
		}
	}
	if n := w.metric("jawort_message_receipts_total", "smpp", "delivered"); n < 7 {
		t.Errorf("%v receipts are counted", n)
	}
}

func TestAnSMSThatCannotBeDeliveredIsKnown(t *testing.T) {
	w, _ := onCarrier(t)
	lost, nobody := w.put(to("+49151000007")), w.put(to("+49151000003"))
	w.run()
	w.wantState(lost, courier.Undelivered)
	w.wantState(nobody, courier.Failed)
	if n := w.metric("jawort_message_receipts_total", "smpp", "undelivered"); n != 1 {
		t.Errorf("%v are counted", n)
	}
}

func TestACarrierThatIsLateIsAskedAgainUntilTheMessageExpires(t *testing.T) {
	w, carrier := onCarrier(t)
	m := w.put(to("+49151000004"), func(m *courier.Message) { m.ExpiresAt = time.Now().Add(5 * time.Second) })
	w.options.Pace.Attempt = 500 * time.Millisecond
	w.run()
	carrier.Want("submit ")
	carrier.Want("submit ")
	w.wantState(m, courier.Expired)
}

func TestAnEmailIsDeliveredOrKnownNotToBe(t *testing.T) {
	server := mailtest.Start(t, mailtest.Settings{Kind: "none"})
	client, err := mail.New(mail.Options{Host: "127.0.0.1", Port: server.Port, TLS: mail.None, From: "login@makler.example", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, map[courier.Channel]courier.Sender{courier.Email: client})
	w.run()
	for address, want := range map[string]courier.State{
		"ada@example.org": courier.Sent, "grey@example.org": courier.Sent, "dies@example.org": courier.Sent, "full@example.org": courier.Sent,
		"nobody@example.org": courier.Failed, "spam@example.org": courier.Failed,
	} {
		w.wantState(w.put(to(address)), want)
	}
}

func TestACallbackSettlesASMSByTwilio(t *testing.T) {
	fake := twiliotest.Start(t)
	const url = "https://jawort.example" + twilio.CallbackPath
	client, err := twilio.New(twilio.Options{
		BaseURL: fake.URL, AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, From: twiliotest.From, Callback: url, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	w := newWorld(t, onlySMS(client))
	w.run()
	m := w.put()
	w.wantState(m, courier.Sent)
	body, signature := twiliotest.Callback(url, fake.Taken()[0].SID, "delivered", "")
	r, ended, err := twilio.NewCallbacks(twiliotest.AuthToken, url).Read(body, signature)
	if err != nil || !ended {
		t.Fatal(ended, err)
	}
	w.must(dispatch.NewReceipts(w.store, prometheus.NewRegistry()).Receive(t.Context(), r))
	w.wantState(m, courier.Delivered)
}
