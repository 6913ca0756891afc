package approval

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
	"math/big"
	"regexp"
)

// Decision is what a phone signs.
type Decision string

// The decisions.
const (
	Approve Decision = "approve"
	Deny    Decision = "deny"   // "not mine"
	Report  Decision = "report" // fraud
)

// Valid reports whether d is one of the decisions.
func (d Decision) Valid() bool { return d == Approve || d == Deny || d == Report }

// Status returns the outcome that the decision leads to when it ends the approval.
func (d Decision) Status() Status {
	switch d {
	case Approve:
		return StatusApproved
	case Report:
		return StatusReported
	default:
		return StatusDenied
	}
}

// Method returns how an approval was approved by the decision; empty where it was not.
func (d Decision) Method() Method {
	if d == Approve {
		return MethodPush
	}
	return ""
}

var numberPattern = regexp.MustCompile(`^[0-9]{0,6}$`)

// ValidNumber reports whether s may stand in a challenge: up to six digits, or nothing.
func ValidNumber(s string) bool { return numberPattern.MatchString(s) }

const challengeLabel = "jawort decision v1"

// Challenge returns the WebAuthn challenge of a decision: SHA-256 over the label, the decision, the number as
// typed and the document, separated by zero bytes. Label, decision and number cannot contain a zero byte, so
// no two inputs share an encoding.
func Challenge(decision Decision, number string, document []byte) [sha256.Size]byte {
	h := sha256.New()
	for _, part := range []string{challengeLabel, string(decision), number} {
		io.WriteString(h, part)
		h.Write([]byte{0})
	}
	h.Write(document)
	return [sha256.Size]byte(h.Sum(nil))
}

// NewNumber returns digits decimal digits, each sequence equally likely, read from random.
func NewNumber(random io.Reader, digits int) (string, error) {
	if digits == 0 {
		return "", nil
	}
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	n, err := rand.Int(random, limit)
	if err != nil {
		return "", fmt.Errorf("approval: read randomness: %w", err)
	}
	return fmt.Sprintf("%0*d", digits, n), nil
}

// NumberMatches compares the number that was typed with the one that the browser shows.
func NumberMatches(typed, shown string) bool {
	return subtle.ConstantTimeCompare([]byte(typed), []byte(shown)) == 1
}

// MaxWrongNumbers is how many distinct wrong numbers block a device for an approval.
const MaxWrongNumbers = 3

// MaxConsecutiveFailures disables a credential (NIST SP 800-63B-4, 3.2.2).
const MaxConsecutiveFailures = 100
