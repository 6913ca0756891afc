package factor

import (
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

// How an authenticator app counts: RFC 6238 with SHA-1, six digits and 30 seconds, the only form that all apps read.
const (
	TOTPPeriod   = 30 * time.Second
	totpKeyBytes = 20 // 160 bits, RFC 4226 section 4 R6
)

// MaxSkew is how many steps a phone's clock may be off at most, to either side. Each one more is one more code that a
// guess may hit.
const MaxSkew = 2

// TOTPKey is the secret that an authenticator app shares with us.
type TOTPKey struct{ secret []byte }

var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

var errKeyLength = errors.New("factor: a TOTP key has 160 bits")

// NewTOTPKey returns a key of 160 bits read from random.
func NewTOTPKey(random io.Reader) (TOTPKey, error) {
	secret := make([]byte, totpKeyBytes)
	if _, err := io.ReadFull(random, secret); err != nil {
		return TOTPKey{}, fmt.Errorf("factor: read randomness: %w", err)
	}
	return TOTPKey{secret}, nil
}

// ParseTOTPKey returns the key that Bytes gave.
func ParseTOTPKey(b []byte) (TOTPKey, error) {
	if len(b) != totpKeyBytes {
		return TOTPKey{}, errKeyLength
	}
	return TOTPKey{b}, nil
}

// Bytes returns the secret itself, to be sealed.
func (k TOTPKey) Bytes() []byte { return k.secret }

// Text returns the secret as a person types it into an app that cannot scan: base32 in groups of four.
func (k TOTPKey) Text() string { return grouped(base32Text.EncodeToString(k.secret), " ") }

// Format hides the secret, whatever the verb.
func (k TOTPKey) Format(f fmt.State, _ rune) { io.WriteString(f, "TOTP key") }

// URL returns the otpauth URL that an app scans as a QR code; issuer and label are what it lists the account under.
func (k TOTPKey) URL(issuer, label string) (string, error) {
	key, err := totp.Generate(totp.GenerateOpts{
		Issuer: listed(issuer), AccountName: listed(label), Secret: k.secret,
		Period: uint(TOTPPeriod / time.Second), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return "", fmt.Errorf("factor: otpauth URL: %w", err)
	}
	return key.URL(), nil
}

// maxListed keeps the URL within a QR code that a phone can still scan.
const maxListed = 48

// listed drops colons, which part issuer and label in the URL, and what is too long for a list on a phone.
func listed(s string) string {
	runes := []rune(strings.ReplaceAll(s, ":", ""))
	return strings.TrimSpace(string(runes[:min(len(runes), maxListed)]))
}

// Step returns the time step that now lies in.
func Step(now time.Time) int64 { return now.Unix() / int64(TOTPPeriod/time.Second) }

// Match returns the latest step within skew of now whose code was given. All steps are compared, in constant time, so that
// how long it takes says nothing. Whoever accepts the code must take no step up to this one again (RFC 6238, section 5.2).
func (k TOTPKey) Match(code string, now time.Time, skew int) (step int64, ok bool, err error) {
	if _, err := ParseCode(code); err != nil {
		return 0, false, err
	}
	skew = min(max(skew, 0), MaxSkew)
	secret := base32Text.EncodeToString(k.secret)
	for s := max(Step(now)-int64(skew), 0); s <= Step(now)+int64(skew); s++ {
		same, err := hotp.ValidateCustom(code, uint64(s), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, false, fmt.Errorf("factor: compare code: %w", err)
		}
		if same {
			step, ok = s, true
		}
	}
	return step, ok, nil
}
