package smpp_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"net"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor/smpp"
	"github.com/jawort/jawort/factor/smpp/smpptest"
)

func TestASMSIsSubmittedAndItsReceiptIsKeptAndAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *smpp.Options) { o.SystemType = "otp" })
	reference := w.mustSend("1234")
	bind, submit := w.carrier.Want("bind "), w.carrier.Want("submit ")
	for name, want := range map[string]string{"id": smpptest.SystemID, "type": "otp", "version": "52", "status": "0"} {
		if got := smpptest.Field(bind, name); got != want {
			t.Errorf("bind: %s is %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"to": "49151001234", "ton": "1", "npi": "1", "from": "Jawort", "fton": "5", "fnpi": "0",
		"coding": "0", "registered": "1", "text": hex.EncodeToString([]byte(text)),
	} {
		if got := smpptest.Field(submit, name); got != want {
			t.Errorf("submit: %s is %s, want %s", name, got, want)
		}
	}
	if validity := smpptest.Field(submit, "validity"); !regexp.MustCompile(`^00000000(15|14)[0-9]{2}000R$`).MatchString(validity) {
		t.Errorf("the carrier may deliver it for %s", validity)
	}
	w.wantReceipt(delivered(reference))
	if got := w.carrier.Want("receipt-answer "); got != "status=0" {
		t.Errorf("the receipt was answered with %s", got)
	}
}

func TestATextOutsideTheDefaultAlphabetGoesAsUCS2(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *smpp.Options) { o.Source = "+491511" })
	m := message("1234")
	m.Text = "Код 7"
	if _, err := w.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	submit := w.carrier.Want("submit ")
	for name, want := range map[string]string{"coding": "8", "text": "041a043e043400200037", "from": "491511", "fton": "1", "fnpi": "1"} {
		if got := smpptest.Field(submit, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestATextThatIsLongerThanOneSMSIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := message("1234")
	for len(m.Text) <= 160 {
		m.Text += text
	}
	_, err := w.Send(t.Context(), m)
	if f := courier.FailureOf(err); f.Kind != courier.Refused {
		t.Errorf("got %v", err)
	}
}

func TestEachRefusalOfTheCarrierMeansWhatItShould(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for to, want := range map[string]courier.Failure{
		"0001": {Kind: courier.Throttled, Reason: "ESME_RTHROTTLED", After: quick().Throttled},
		"0002": {Kind: courier.Throttled, Reason: "ESME_RMSGQFUL", After: quick().Throttled},
		"0003": {Kind: courier.Unreachable, Reason: "ESME_RINVDSTADR"},
		"0012": {Kind: courier.Alarm, Reason: "ESME_RINVCMDID"},
		"0013": {Kind: courier.Refused, Reason: "status-0000045f"},
	} {
		if got := w.failure(to); got != want {
			t.Errorf("%s: got %+v, want %+v", to, got, want)
		}
	}
	w.mustSend("0001") // after its time
}

func TestManyWaitForTheirAnswersAndEachGetsItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *smpp.Options) { o.Window = 3 })
	var mu sync.Mutex
	references := map[string]bool{}
	var senders sync.WaitGroup
	for range 30 { // the carrier answers threes in the opposite order, and would wait for ever if the window were smaller
		senders.Go(func() {
			reference := w.mustSend("0018")
			mu.Lock()
			defer mu.Unlock()
			references[reference] = true
		})
	}
	senders.Wait()
	if len(references) != 30 {
		t.Errorf("%d references for 30 messages", len(references))
	}
}

func TestTheWindowIsNeverExceeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *smpp.Options) { o.Window, o.Pace.Submit = 2, time.Second })
	var senders sync.WaitGroup
	for range 2 {
		senders.Go(func() {
			if got := w.failure("0004"); got.Reason != "no-answer" {
				t.Errorf("got %+v", got)
			}
		})
	}
	w.carrier.Want("submit ")
	w.carrier.Want("submit ")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := w.Send(ctx, message("1234")); courier.FailureOf(err).Reason != "window-full" {
		t.Errorf("got %v", err)
	}
	senders.Wait()
}

func TestReceiptsAreReadHoweverTheyCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.wantReceipt(delivered(w.mustSend("0006"))) // before the answer
	w.wantReceipt(courier.Receipt{Provider: smpp.Name, Reference: w.mustSend("0007"), State: courier.Undelivered, Reason: "UNDELIV-007"})
	w.wantReceipt(courier.Receipt{Provider: smpp.Name, Reference: w.mustSend("0008"), State: courier.Undelivered, Reason: "REJECTD"})
}

func TestASMSThatSomebodyWritesBackIsAnsweredAndDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend("0019")
	if got := w.carrier.Want("receipt-answer "); got != "status=0" {
		t.Errorf("got %s", got)
	}
	w.wantReceipt(delivered(w.mustSend("1234"))) // the next thing that comes
}

func TestTheWayToTheCarrierMayBeTLS(t *testing.T) {
	t.Parallel()
	carrier := smpptest.Start(t, "")
	address, roots := tunnel(t, carrier.Address)
	w := newWorldAt(t, carrier, func(o *smpp.Options) {
		o.Address, o.TLS = address, &tls.Config{RootCAs: roots, ServerName: "example.com"}
	})
	w.wantReceipt(delivered(w.mustSend("1234")))

	stranger := newWorldAt(t, carrier, func(o *smpp.Options) { o.Address, o.TLS = address, &tls.Config{ServerName: "example.com"} })
	if got := stranger.failure("1234"); got != (courier.Failure{Kind: courier.Alarm, Reason: "certificate"}) {
		t.Errorf("a certificate that nobody vouches for: got %+v", got)
	}
}

// tunnel ends TLS before the carrier.
func tunnel(t *testing.T, to string) (address string, roots *x509.CertPool) {
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	defer server.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: server.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { join(in, to) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	roots = x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return l.Addr().String(), roots
}

func join(in net.Conn, to string) {
	defer in.Close()
	if in.(*tls.Conn).Handshake() != nil {
		return
	}
	out, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	go func() {
		defer out.Close()
		io.Copy(out, in)
	}()
	io.Copy(in, out)
}
