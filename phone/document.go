package phone

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Document is what is asked, parsed from the bytes that are signed.
type Document struct {
	V           int       `json:"v"`
	ID          string    `json:"id"`
	Kind        string    `json:"kind"` // login or transaction
	Tenant      Party     `json:"tenant"`
	Application Party     `json:"application"`
	Account     Account   `json:"account"`
	Details     []Detail  `json:"details"`
	Browser     Browser   `json:"browser"`
	Match       Match     `json:"match"`
	CreatedAt   time.Time `json:"created_at"`
	ExpiresAt   time.Time `json:"expires_at"`
}

// Party is the tenant or the application.
type Party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Account is whose login it is.
type Account struct {
	Label string `json:"label"`
}

// Detail is one line of what is approved.
type Detail struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Role  string `json:"role"`
}

// Browser is where the question comes from.
type Browser struct {
	IP      string `json:"ip"`
	OS      string `json:"os"`
	Name    string `json:"name"`
	Country string `json:"country"`
}

// Match says whether the number must be entered.
type Match struct {
	Kind   string `json:"kind"` // none or enter
	Digits int    `json:"digits"`
}

// ErrUnreadable says that a document must not be shown: what is left out could mislead.
var ErrUnreadable = errors.New("phone: this version cannot show the question; update the app")

const documentVersion = 1

func parseDocument(b []byte) (Document, error) {
	var d Document
	if !utf8.Valid(b) {
		return d, fmt.Errorf("%w: not UTF-8", ErrUnreadable)
	}
	if err := json.Unmarshal(b, &d); err != nil {
		return d, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	switch {
	case d.V != documentVersion:
		return d, fmt.Errorf("%w: version %d", ErrUnreadable, d.V)
	case d.Kind != "login" && d.Kind != "transaction":
		return d, fmt.Errorf("%w: kind %q", ErrUnreadable, d.Kind)
	case d.Match.Kind != "none" && d.Match.Kind != "enter":
		return d, fmt.Errorf("%w: match %q", ErrUnreadable, d.Match.Kind)
	}
	return d, nil
}

// challenge is what the authenticator signs for a decision.
func challenge(decision Decision, number string, document []byte) [sha256.Size]byte {
	return sha256.Sum256(bytes.Join([][]byte{[]byte("jawort decision v1"), []byte(decision), []byte(number), document}, []byte{0}))
}
