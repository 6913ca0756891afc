// Package webhook checks what Jawort tells a login service unasked. It is apart from package client because it needs the
// official library of Standard Webhooks, and that one needs the standard library only.
package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Event is what Jawort tells.
type Event struct {
	Type      string         `json:"type"`      // e.g. approval.approved; ignore those that you do not know
	Timestamp time.Time      `json:"timestamp"` // when it happened
	Data      map[string]any `json:"data"`      // ids and plain facts
}

// ErrNotSigned is the error of a request that is not Jawort's, or not fresh. Answer it with 401.
var ErrNotSigned = errors.New("webhook: not signed by Jawort, or not lately")

const leastSecret = 24 // bytes, as Standard Webhooks demands

// Verify returns the event in the body of a request where the secret signed it within the last five minutes, and
// ErrNotSigned otherwise. The body must be the bytes as they came. Deliveries may come more than once: the same one always
// has the same webhook-id in its header.
//
// A secret that is no whsec_… of Jawort's is another error: an empty one would let everybody's signature pass.
func Verify(secret string, header http.Header, body []byte) (Event, error) {
	encoded, ours := strings.CutPrefix(secret, "whsec_")
	if !ours || len(encoded) < leastSecret*4/3 {
		return Event{}, errors.New("webhook: the secret must be the whsec_… that Jawort showed")
	}
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return Event{}, errors.New("webhook: the secret cannot be read") // the cause may quote it
	}
	if err := w.Verify(body, header); err != nil {
		return Event{}, fmt.Errorf("%w: %w", ErrNotSigned, err)
	}
	var e Event
	if err := json.Unmarshal(body, &e); err != nil {
		return Event{}, fmt.Errorf("webhook: the webhook cannot be read: %w", err)
	}
	return e, nil
}
