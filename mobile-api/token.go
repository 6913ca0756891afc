package mobileapi

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/mobile-api/dpop"
)

const (
	tokenPrefix  = "jwi_"
	tokenPurpose = "jawort installation token"
)

// tokens makes and opens the tokens of installations: the id and a MAC over it. A token names the installation
// and is worth nothing without its DPoP key, so nothing is kept of it.
type tokens struct{ mac dpop.MAC }

func (t tokens) of(installation string) (string, error) {
	tag, err := t.mac.MAC(tokenPurpose, []byte(installation))
	if err != nil {
		return "", fmt.Errorf("mobileapi: make token: %w", err)
	}
	return tokenPrefix + strings.TrimPrefix(installation, id.Installation) + "." + base64.RawURLEncoding.EncodeToString(tag), nil
}

func (t tokens) open(token string) (installation string, err error) {
	rest, ok := strings.CutPrefix(token, tokenPrefix)
	name, tag, found := strings.Cut(rest, ".")
	installation = id.Installation + name
	if !ok || !found || !id.Valid(id.Installation, installation) {
		return "", fmt.Errorf("mobileapi: not a token")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(tag)
	if err != nil {
		return "", fmt.Errorf("mobileapi: token: %w", err)
	}
	if err := t.mac.VerifyMAC(raw, tokenPurpose, []byte(installation)); err != nil {
		return "", fmt.Errorf("mobileapi: token: %w", err)
	}
	return installation, nil
}
