// Package smsreceipts takes what providers of SMS tell us over HTTP about messages that they took. Whoever calls is let in by the
// signature of what is said, and nothing else: there is no key and no ticket. It does not know what a receipt changes.
package smsreceipts

import (
	"context"
	"io"
	"net/http"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor/twilio"
	"github.com/jawort/jawort/refusal"
)

// Keeper keeps receipts.
type Keeper interface {
	Receive(ctx context.Context, r courier.Receipt) error
}

// Twilio takes Twilio's status callbacks.
type Twilio struct {
	Callbacks *twilio.Callbacks // nil: no SMS are sent through Twilio, and nothing is believed
	Keeper    Keeper
}

var errUnsigned = refusal.New(refusal.Forbidden, "signature-invalid",
	"The call is not signed with the token of the account that sends our SMS, for the address that it was given.")

// Mount adds the route.
func (t Twilio) Mount(m *edge.Mux) {
	m.Handle("POST "+twilio.CallbackPath, t.signed, t.take)
}

type receiptKey struct{}

// signed lets in what Twilio has signed. One guard does both because the signature is over the body.
func (t Twilio) signed(r *http.Request) (context.Context, error) {
	body, err := io.ReadAll(r.Body) // bounded by the Mux
	if t.Callbacks == nil || err != nil {
		return nil, errUnsigned
	}
	receipt, ended, err := t.Callbacks.Read(body, r.Header.Get(twilio.SignatureHeader))
	if err != nil {
		return nil, errUnsigned
	}
	if !ended {
		return r.Context(), nil
	}
	return context.WithValue(r.Context(), receiptKey{}, receipt), nil
}

// take keeps a receipt. Twilio repeats a call that is answered with 5xx.
func (t Twilio) take(w http.ResponseWriter, r *http.Request) error {
	if receipt, ended := r.Context().Value(receiptKey{}).(courier.Receipt); ended {
		if err := t.Keeper.Receive(r.Context(), receipt); err != nil {
			return err
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
