package approval

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/jawort/jawort/refusal"
)

// DocumentVersion is the `v` of the documents that this code writes and shows.
const DocumentVersion = 1

// Bounds of a document.
const (
	maxText     = 256 // bytes of every outside string
	maxDetails  = 16
	nonceBytes  = 32
	maxDocument = 32 << 10
)

// Roles of a transaction's details.
const (
	RoleAmount = "amount"
	RolePayee  = "payee"
)

// MatchKinds.
const (
	MatchNone  = "none"
	MatchEnter = "enter"
)

// Party names the tenant or the application.
type Party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Detail is one line of what is asked.
type Detail struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Role  string `json:"role,omitempty"`
}

// Browser is where the question comes from. OS and Name come from closed lists.
type Browser struct {
	IP      string `json:"ip"`
	OS      string `json:"os"`
	Name    string `json:"name"`
	Country string `json:"country,omitempty"`
}

// Match says what the phone must ask for.
type Match struct {
	Kind   string `json:"kind"`
	Digits int    `json:"digits,omitempty"`
}

// AccountLabel is how the account is called on the phone.
type AccountLabel struct {
	Label string `json:"label"`
}

// Document describes the approval. It is built once; its bytes are kept, shown and signed.
type Document struct {
	V           int          `json:"v"`
	ID          string       `json:"id"`
	Nonce       string       `json:"nonce"`
	Kind        Kind         `json:"kind"`
	Tenant      Party        `json:"tenant"`
	Application Party        `json:"application"`
	Account     AccountLabel `json:"account"`
	Details     []Detail     `json:"details"`
	Browser     Browser      `json:"browser"`
	Match       Match        `json:"match"`
	CreatedAt   time.Time    `json:"created_at"`
	ExpiresAt   time.Time    `json:"expires_at"`
}

// Bytes validates the document and returns the bytes to keep and to sign, with a nonce of 256 bits read from
// random. It returns a refusal that names the first field that is not fit to be shown.
func (d Document) Bytes(random io.Reader) ([]byte, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	var nonce [nonceBytes]byte
	if _, err := io.ReadFull(random, nonce[:]); err != nil {
		return nil, fmt.Errorf("approval: read randomness: %w", err)
	}
	d.V = DocumentVersion
	d.Nonce = base64.RawURLEncoding.EncodeToString(nonce[:])
	d.CreatedAt, d.ExpiresAt = d.CreatedAt.UTC(), d.ExpiresAt.UTC()
	if d.Details == nil {
		d.Details = []Detail{}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("approval: encode document: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// ParseDocument reads the bytes of a document as a phone must: an unknown version is refused, because a field
// whose omission would mislead raises it, and so is an unknown way of matching.
func ParseDocument(b []byte) (Document, error) {
	if len(b) > maxDocument {
		return Document{}, fmt.Errorf("approval: document of %d bytes is too long", len(b))
	}
	if !utf8.Valid(b) {
		return Document{}, errors.New("approval: document is not UTF-8")
	}
	var d Document
	if err := json.Unmarshal(b, &d); err != nil {
		return Document{}, fmt.Errorf("approval: parse document: %w", err)
	}
	if d.V != DocumentVersion {
		return Document{}, fmt.Errorf("approval: document version %d is not known; update the app", d.V)
	}
	if d.Match.Kind != MatchNone && d.Match.Kind != MatchEnter {
		return Document{}, fmt.Errorf("approval: match %q is not known; update the app", d.Match.Kind)
	}
	return d, nil
}

func (d Document) validate() error {
	texts := []struct{ name, text string }{
		{"tenant.name", d.Tenant.Name}, {"application.name", d.Application.Name}, {"account.label", d.Account.Label},
		{"browser.ip", d.Browser.IP}, {"browser.os", d.Browser.OS}, {"browser.name", d.Browser.Name}, {"browser.country", d.Browser.Country},
	}
	for _, t := range texts {
		if err := CheckText(t.name, t.text); err != nil {
			return err
		}
	}
	return checkDetails(d.Kind, d.Details)
}

func checkDetails(kind Kind, details []Detail) error {
	if len(details) > maxDetails {
		return refusal.Field("details", fmt.Sprintf("at most %d entries", maxDetails))
	}
	if kind == Transaction && len(details) == 0 {
		return refusal.Field("details", "a transaction names what is approved: give at least one entry")
	}
	for i, d := range details {
		name := fmt.Sprintf("details[%d]", i)
		if d.Label == "" || d.Value == "" {
			return refusal.Field(name, "label and value must not be empty")
		}
		if err := CheckText(name+".label", d.Label); err != nil {
			return err
		}
		if err := CheckText(name+".value", d.Value); err != nil {
			return err
		}
		if !slices.Contains([]string{"", RoleAmount, RolePayee}, d.Role) {
			return refusal.Field(name+".role", `must be "amount", "payee" or absent`)
		}
	}
	return nil
}

// CheckText refuses a string that must not be shown to somebody who decides by it: longer than 256 bytes, not
// UTF-8, not in normal form C, with anything invisible in it, or with nothing visible. Nothing is repaired: what is shown is
// what was sent. An empty string passes; who needs one that is not says so.
func CheckText(field, s string) error {
	switch {
	case len(s) > maxText:
		return refusal.Field(field, fmt.Sprintf("at most %d bytes", maxText))
	case !utf8.ValidString(s):
		return refusal.Field(field, "must be UTF-8")
	case !norm.NFC.IsNormalString(s):
		return refusal.Field(field, "must be in Unicode normal form C")
	case strings.ContainsFunc(s, invisible):
		return refusal.Field(field, "must not contain control, bidirectional or invisible characters")
	case s != "" && strings.TrimSpace(s) == "":
		return refusal.Field(field, "must not be blank")
	}
	return nil
}

// misleading are the classes of what reorders, hides or fills without being seen: controls (C0, C1), format characters
// (bidirectional marks among them), line and paragraph separators, private use, and what Unicode tells renderers to ignore.
var misleading = []*unicode.RangeTable{
	unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs,
	unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point,
}

const brailleBlank = '\u2800' // a letter to Unicode, nothing to the eye

func invisible(r rune) bool { return r == brailleBlank || unicode.In(r, misleading...) }
