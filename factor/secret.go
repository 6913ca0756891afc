package factor

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"strings"

	"github.com/jawort/jawort/refusal"
)

// alphabet is Crockford's: I, L, O and U are missing, which are read as others or spell words.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var crockford = base32.NewEncoding(alphabet).WithPadding(base32.NoPadding)

// Recovery codes are made ten at a time; WarnRecovery or fewer left is worth a warning.
const (
	RecoveryCodes     = 10
	WarnRecovery      = 3
	recoveryCodeBytes = 15 // 120 bits: above the 112 below which NIST SP 800-63B-4, section 3.1.2.2, wants a slow hash
	recoveryCodeChars = 24
	saltBytes         = 16
)

// A bypass code is shorter, because an operator may have to read it out; it is few hours old when it is used, and
// wrong ones are counted.
const (
	bypassCodeBytes = 10 // 80 bits
	bypassCodeChars = 16
)

// NewRecoveryCodes returns ten codes in groups of four characters, and the salt with which they are hashed.
func NewRecoveryCodes(random io.Reader) (written []string, salt []byte, err error) {
	salt = make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, nil, fmt.Errorf("factor: read randomness: %w", err)
	}
	for range RecoveryCodes {
		code, err := newSecret(random, recoveryCodeBytes)
		if err != nil {
			return nil, nil, err
		}
		written = append(written, grouped(code, "-"))
	}
	return written, salt, nil
}

// ParseRecoveryCode reads a recovery code as people copy it: in any case, grouped in any way, and with O for 0 and I or L for 1.
func ParseRecoveryCode(typed string) (string, error) {
	code, ok := parseSecret(typed, recoveryCodeChars)
	if !ok {
		return "", refusal.Field("code", "must be one of the recovery codes: 24 letters and digits, in groups of four")
	}
	return code, nil
}

// HashRecoveryCode returns what is stored of a parsed code. One round is enough for 120 random bits.
func HashRecoveryCode(salt []byte, code string) []byte {
	h := sha256.New()
	h.Write(salt)
	io.WriteString(h, code)
	return h.Sum(nil)
}

// NewBypassCode returns an operator's code in groups of four characters.
func NewBypassCode(random io.Reader) (string, error) {
	code, err := newSecret(random, bypassCodeBytes)
	return grouped(code, "-"), err
}

// ParseBypassCode reads a bypass code as people type it.
func ParseBypassCode(typed string) (string, error) {
	code, ok := parseSecret(typed, bypassCodeChars)
	if !ok {
		return "", refusal.Field("code", "must be the code that support gave: 16 letters and digits, in groups of four")
	}
	return code, nil
}

func newSecret(random io.Reader, bytes int) (string, error) {
	b := make([]byte, bytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("factor: read randomness: %w", err)
	}
	return crockford.EncodeToString(b), nil
}

const maxTyped = 64 // bytes

func parseSecret(typed string, chars int) (code string, ok bool) {
	if len(typed) > maxTyped {
		return "", false
	}
	code = strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(dropped(typed)))
	foreign := func(r rune) bool { return !strings.ContainsRune(alphabet, r) } // the decoder would skip line breaks
	return code, len(code) == chars && !strings.ContainsFunc(code, foreign)
}
