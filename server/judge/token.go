package judge

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// TrustPrefix of every trust token, wherever it is written.
const TrustPrefix = "jb_"

const trustPurpose = "jawort trust token"

// Authenticator derives what only this installation can derive.
type Authenticator interface {
	MAC(purpose string, data []byte) ([]byte, error)
}

// TrustToken returns the token of the browser that confirmed the approval. It is derived from the approval, so that it
// can be given again and is kept nowhere.
func TrustToken(keys Authenticator, approval string) (string, error) {
	tag, err := keys.MAC(trustPurpose, []byte(approval))
	if err != nil {
		return "", err
	}
	return TrustPrefix + base64.RawURLEncoding.EncodeToString(tag), nil
}

// HashToken returns what is kept of a trust token; nil where the text is none. A plain hash suffices: a token cannot be guessed.
func HashToken(token string) []byte {
	if !strings.HasPrefix(token, TrustPrefix) {
		return nil
	}
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
