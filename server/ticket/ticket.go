// Package ticket makes and reads the tickets that let a browser follow one approval: on the socket, and as a
// bearer where it has none. A ticket is sealed, so the page that carries it can neither read nor change it, and
// nothing about it is stored.
//
// The package does not know HTTP, nor what a ticket allows; its callers do.
package ticket

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jawort/jawort/refusal"
)

// Prefix of every ticket, wherever it is written.
const Prefix = "jt_"

const (
	purpose  = "jawort ticket"
	maxChars = 1024
)

// Grace is how long a ticket outlives the end of its approval, so that a page that reconnects late learns the end.
const Grace = 2 * time.Minute

// ErrBad is every ticket that does not hold: forged, cut, expired, or none at all.
var ErrBad = refusal.New(refusal.Unauthorized, "bad-ticket", "The ticket is not valid, or no longer. Start the login again.")

// Ticket names the one approval that its bearer may follow.
type Ticket struct {
	Approval    string    `json:"approval"`
	Application string    `json:"application"`
	Account     string    `json:"account"`
	Until       time.Time `json:"until"` // the latest moment; the approval may end before, see Grace
}

// Keys seal and open tickets.
type Keys interface {
	Seal(plaintext []byte, purpose string) ([]byte, error)
	Open(sealed []byte, purpose string) ([]byte, error)
}

// Seal writes the ticket.
func Seal(keys Keys, t Ticket) (string, error) {
	plaintext, err := json.Marshal(t)
	if err != nil {
		return "", fmt.Errorf("ticket: encode: %w", err)
	}
	sealed, err := keys.Seal(plaintext, purpose)
	if err != nil {
		return "", fmt.Errorf("ticket: %w", err)
	}
	return Prefix + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open reads a ticket that holds at now; anything else is ErrBad.
func Open(keys Keys, text string, now time.Time) (Ticket, error) {
	encoded, ok := strings.CutPrefix(text, Prefix)
	if !ok || len(text) > maxChars {
		return Ticket{}, ErrBad
	}
	sealed, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return Ticket{}, ErrBad.Because(err)
	}
	plaintext, err := keys.Open(sealed, purpose)
	if err != nil {
		return Ticket{}, ErrBad.Because(err)
	}
	var t Ticket
	if err := json.Unmarshal(plaintext, &t); err != nil {
		return Ticket{}, ErrBad.Because(err)
	}
	if now.After(t.Until) {
		return Ticket{}, ErrBad
	}
	return t, nil
}
