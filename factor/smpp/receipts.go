package smpp

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/courier"
)

// atOnce is how many receipts are kept at the same time. While as many are, nothing more is read: the carrier waits.
const atOnce = 8

// receipts answers what the carrier delivers on one session.
type receipts struct {
	client  *Client
	session *session
	group   errgroup.Group
}

func newReceipts(c *Client, s *session) *receipts {
	r := &receipts{client: c, session: s}
	r.group.SetLimit(atOnce)
	return r
}

func (r *receipts) take(ctx context.Context, p pdu) {
	r.group.Go(func() error {
		status := r.keep(ctx, p)
		_ = r.session.send(pdu{command: deliverSMResp, status: status, sequence: p.sequence, body: []byte{0}}) // a failed write ends the session
		return nil
	})
}

func (r *receipts) wait() { _ = r.group.Wait() } // keep returns no error

// keep keeps a receipt and says what to answer: a carrier repeats what could not be kept, and must not repeat what cannot be read.
func (r *receipts) keep(ctx context.Context, p pdu) status {
	got, isReceipt, err := parseDeliver(p.body)
	if err != nil {
		return statusPermanent
	}
	state, ended := got.state()
	if !isReceipt || !ended {
		return statusOK
	}
	if got.id == "" {
		return statusPermanent
	}
	err = r.client.Receive(ctx, courier.Receipt{Provider: Name, Reference: got.id, State: state, Reason: got.reason()})
	if err != nil {
		r.client.Log.WarnContext(ctx, "delivery receipt cannot be kept; the carrier is asked to repeat it", slog.String("sender", Name), slog.Any("error", err))
		return statusTemporary
	}
	return statusOK
}

func (r receipt) reason() string {
	if r.err == "" {
		return courier.Word(r.stat)
	}
	return courier.Word(r.stat + "-" + r.err)
}
