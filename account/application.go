package account

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/refusal"
)

// Scope is what an API key may do.
type Scope string

// The scopes.
const (
	ScopeLogin Scope = "login" // approvals
	ScopeEnrol Scope = "enrol" // enrolments
	ScopeAdmin Scope = "admin" // accounts and devices
)

// Scopes are all of them.
var Scopes = []Scope{ScopeLogin, ScopeEnrol, ScopeAdmin}

// Key is an API key of an application. The secret itself is shown once and kept nowhere.
type Key struct {
	ID          string
	Application string
	Scopes      []Scope
	Hash        []byte // SHA-256 of the secret
	CreatedAt   time.Time
	UsedAt      time.Time // zero: never; otherwise at most KeyUse earlier than it was
	RevokedAt   time.Time // zero: active
	Unnoted     bool      // it was found by its secret, and its last use is noted from longer than KeyUse ago, if at all
}

// KeyUse is how exactly the last use of a key is known: it is written down no oftener.
const KeyUse = time.Hour

// Allows reports whether the key carries the scope.
func (k Key) Allows(s Scope) bool { return slices.Contains(k.Scopes, s) }

const keyPrefix = "jw_"

// NewSecret returns a new API key's secret: 256 bits read from random.
func NewSecret(random io.Reader) (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("account: read randomness: %w", err)
	}
	return keyPrefix + base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// HashSecret returns what is stored of a secret. A plain hash suffices: the secret has 256 random bits.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// ParseScopes reads a comma-separated list.
func ParseScopes(s string) ([]Scope, error) {
	var scopes []Scope
	for part := range strings.SplitSeq(s, ",") {
		scope := Scope(strings.TrimSpace(part))
		if !slices.Contains(Scopes, scope) {
			return nil, refusal.Field("scopes", "must be some of login, enrol, admin, separated by commas")
		}
		scopes = append(scopes, scope)
	}
	return scopes, nil
}

// ValidateDigits refuses a number that is too short to mean something or too long to be typed.
func ValidateDigits(n int) error {
	if n != 0 && (n < 2 || n > 6) {
		return refusal.Field("digits", "must be 2 to 6, or 0 to match nothing")
	}
	return nil
}
