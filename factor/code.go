package factor

import (
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"

	"github.com/jawort/jawort/refusal"
)

// CodeDigits is the length of every code that is sent or shown by an authenticator app.
const CodeDigits = 6

// How often a code may be sent for one approval by one method.
const (
	MaxCodes     = 3
	CodeInterval = 20 * time.Second
)

var codes = big.NewInt(1_000_000)

// NewCode returns six digits, each sequence equally likely, read from random.
func NewCode(random io.Reader) (string, error) {
	n, err := rand.Int(random, codes)
	if err != nil {
		return "", fmt.Errorf("factor: read randomness: %w", err)
	}
	return fmt.Sprintf("%0*d", CodeDigits, n), nil
}

// ParseCode reads a code as people type it: blanks and hyphens between the digits are dropped. What cannot be a code is
// refused without being counted as a try.
func ParseCode(typed string) (string, error) {
	code := dropped(typed)
	notDigit := func(r rune) bool { return r < '0' || r > '9' }
	if len(code) != CodeDigits || strings.ContainsFunc(code, notDigit) {
		return "", refusal.Field("code", "must be the six digits of the code")
	}
	return code, nil
}

// dropped removes what people put between groups.
func dropped(typed string) string { return strings.NewReplacer(" ", "", "-", "").Replace(typed) }

// grouped puts separator between groups of four.
func grouped(s, separator string) string {
	var b strings.Builder
	for i := 0; i < len(s); i += 4 {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(s[i:min(i+4, len(s))])
	}
	return b.String()
}
