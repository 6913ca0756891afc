package factors

import (
	"fmt"
	"strings"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/sealed"
)

// Purposes. What is sealed names its account too, so that whoever can write to the database cannot give one account the
// key of another.
const (
	totpKeyPurpose    = "jawort totp key"
	addressPurpose    = "jawort activation address"
	codePurpose       = "jawort code"
	activationPurpose = "jawort activation code"
	bypassPurpose     = "jawort bypass code"
)

// Sealed are the columns of this room that hold sealed bytes.
var Sealed = []sealed.Column{
	{Table: "methods", Name: "secret", Key: []string{"account", "method"}, Where: `method = '` + string(approval.MethodTOTP) + `'`, Purpose: ofAccount(totpKeyPurpose)},
	{Table: "activations", Name: "secret", Key: []string{"account", "method", "approval"}, Purpose: ofAccount(totpKeyPurpose)},
	{Table: "activations", Name: "address", Key: []string{"account", "method", "approval"}, Purpose: ofAccount(addressPurpose)},
}

func ofAccount(purpose string) func(key []any) string {
	return func(key []any) string { return fmt.Sprint(purpose, " of ", key[0]) }
}

func (s *Store) sealFor(account, purpose string, plaintext []byte) ([]byte, error) {
	return s.Keys.Seal(plaintext, purpose+" of "+account)
}

func (s *Store) openFor(account, purpose string, sealed []byte) ([]byte, error) {
	return s.Keys.Open(sealed, purpose+" of "+account)
}

func (s *Store) totpKey(account string, sealed []byte) (factor.TOTPKey, error) {
	secret, err := s.openFor(account, totpKeyPurpose, sealed)
	if err != nil {
		return factor.TOTPKey{}, err
	}
	return factor.ParseTOTPKey(secret)
}

// mac authenticates a code together with what it is good for, so that it is good for nothing else.
func (s *Store) mac(purpose, code string, scope ...string) ([]byte, error) {
	return s.Keys.MAC(purpose, scoped(code, scope))
}

func (s *Store) holds(tag []byte, purpose, code string, scope ...string) bool {
	return s.Keys.VerifyMAC(tag, purpose, scoped(code, scope)) == nil
}

// scoped joins with zero bytes, which neither ids nor methods nor codes contain.
func scoped(code string, scope []string) []byte {
	return []byte(strings.Join(append(scope, code), "\x00"))
}

func codeScope(p approval.Pending, m approval.Method) []string {
	return []string{p.ID, p.Account, string(m)}
}

func activationScope(account, approvalID string, m approval.Method) []string {
	return []string{account, approvalID, string(m)}
}
