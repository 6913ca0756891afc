package smpp_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/factor/smpp"
	"github.com/jawort/jawort/factor/smpp/smpptest"
)

func TestACarrierThatIsLateIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *smpp.Options) { o.Pace.Submit = 200 * time.Millisecond })
	w.carrier.Want("bind ")
	if got := w.failure("0004"); got != (courier.Failure{Kind: courier.Again, Reason: "no-answer"}) {
		t.Errorf("got %+v", got)
	}
	w.mustSend("1234") // the connection is still good
}

func TestACarrierThatDiesInTheMiddleIsBoundAgain(t *testing.T) {
	t.Parallel()
	for to, reason := range map[string]string{"0005": "no-answer", "0009": "no-answer", "0010": "no-answer", "0014": "no-answer"} {
		t.Run(to, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			if got := w.failure(to); got != (courier.Failure{Kind: courier.Again, Reason: reason}) {
				t.Errorf("got %+v", got)
			}
			w.wantReceipt(delivered(w.mustSend(to)))
		})
	}
}

func TestACarrierThatIsKilledIsFoundAgainWhenItIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend("1234")
	w.carrier.Kill()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := w.Send(ctx, message("1234")); courier.FailureOf(err).Kind != courier.Again {
		t.Errorf("got %v", err)
	}
	smpptest.StartAt(t, w.carrier.Address, "")
	w.mustSend("1234")
}

func TestACarrierThatUnbindsIsToldThatWeUnderstood(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.failure("0014")
	w.carrier.Want("unbind-answer")
	w.carrier.Want("bind ")
}

func TestACarrierWithoutASignOfLifeIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, smpptest.Start(t, smpptest.Silent), func(o *smpp.Options) {
		o.Pace.Enquire, o.Pace.Answer = 20*time.Millisecond, 100*time.Millisecond
	})
	w.carrier.Want("bind ")
	w.carrier.Want("enquire")
	w.carrier.Want("closed")
	w.carrier.Want("bind ")
}

func TestSignsOfLifeKeepAnIdleConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *smpp.Options) { o.Pace.Enquire = 10 * time.Millisecond })
	for range 5 {
		w.carrier.Want("enquire")
	}
	w.mustSend("0017") // and it gets one when it asks
	w.carrier.Want("enquire-answer")
}

func TestWhatIsMalformedOrUnknownIsAnsweredAndDoesNoHarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.mustSend("0015")
	if got := w.carrier.Want("receipt-answer "); got != "status=101" { // ESME_RX_P_APPN: it must not come again
		t.Errorf("a malformed delivery was answered with %s", got)
	}
	w.mustSend("0016")
	if got := w.carrier.Want("nack "); got != "status=3 seq=92" {
		t.Errorf("an unknown command was answered with %s", got)
	}
}

func TestAReceiptThatCannotBeKeptIsAskedForAgain(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	w := newWorld(t, nil)
	w.refuse = func() error {
		if down.Swap(false) {
			return errors.New("the store is down")
		}
		return nil
	}
	w.mustSend("1234")
	if got := w.carrier.Want("receipt-answer "); got != "status=100" {
		t.Errorf("got %s", got)
	}
	w.wantReceipt(delivered(w.mustSend("1234")))
}

func TestAWrongPasswordIsAnAlarmAndNobodyWaitsForIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *smpp.Options) { o.Password = "wrong" })
	w.carrier.Want("bind ")
	w.carrier.Want("bind ") // the first one's answer has come
	if got := w.failure("1234"); got != (courier.Failure{Kind: courier.Alarm, Reason: "ESME_RINVPASWD"}) {
		t.Errorf("got %+v", got)
	}
}

func TestAClientThatStopsFinishesAndUnbinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *smpp.Options) { o.Pace.Grace = 200 * time.Millisecond })
	waiting := make(chan error)
	for range 2 {
		go func() {
			_, err := w.Send(t.Context(), message("0018"))
			waiting <- err
		}()
	}
	w.carrier.Want("submit ")
	w.carrier.Want("submit ")
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		w.stop()
	}()
	for { // until the client takes nothing more
		if _, err := w.Send(t.Context(), message("1234")); err != nil {
			if got := courier.FailureOf(err); got.Reason != courier.Stopped {
				t.Errorf("got %v", err)
			}
			break
		}
	}
	for range 2 { // nobody sends the third, so the grace runs out

		if err := <-waiting; courier.FailureOf(err).Kind != courier.Again {
			t.Errorf("got %v", err)
		}
	}
	<-stopped
	w.carrier.Want("unbind")
}

func TestAPDUThatClaimsToBeEndlessIsNotRead(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	w := newWorldAt(t, &smpptest.Carrier{Address: l.Addr().String()}, nil)
	line, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	bind := make([]byte, 16)
	if _, err := io.ReadFull(line, bind); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, line, int64(binary.BigEndian.Uint32(bind))-16); err != nil {
		t.Fatal(err)
	}
	endless := binary.BigEndian.AppendUint32(nil, 1<<31)
	if _, err := line.Write(append(endless, bind[4:16]...)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 16)
	if _, err := io.ReadFull(line, answer); err != nil {
		t.Fatal(err)
	}
	if command, status := binary.BigEndian.Uint32(answer[4:]), binary.BigEndian.Uint32(answer[8:]); command != 0x80000000 || status != 2 {
		t.Errorf("got command %x, status %d, want a generic_nack", command, status)
	}
	if _, err := line.Read(answer); !errors.Is(err, io.EOF) && err == nil {
		t.Errorf("the connection is still open: %v", err)
	}
	w.stop()
}

func TestWhoSendsToAClientThatIsNotBoundWaitsNoLongerThanAsked(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody answers there
	w := newWorldAt(t, &smpptest.Carrier{Address: l.Addr().String()}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = w.Send(ctx, message("1234"))
	if got := courier.FailureOf(err); got.Kind != courier.Again {
		t.Errorf("got %v", err)
	}
}
