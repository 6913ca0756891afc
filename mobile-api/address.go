package mobileapi

import (
	"encoding/json"
	"fmt"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/keys"
)

// addresses seals where phones are woken.
type addresses struct {
	keys      Keys
	serverKey string // for Web Push; empty: phones are not told one
}

// seal says of a subscription that names no application server key that it was made with the present one: it is bound to
// its key, which may be exchanged later.
func (s addresses) seal(a account.PushAddress) ([]byte, error) {
	if a.Provider == account.WebPush && a.ServerKey == "" {
		a.ServerKey = s.serverKey
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("mobileapi: encode push address: %w", err)
	}
	sealed, err := s.keys.Seal(plain, keys.PushAddress)
	if err != nil {
		return nil, fmt.Errorf("mobileapi: seal push address: %w", err)
	}
	return sealed, nil
}
