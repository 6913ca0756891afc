package webhook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const (
	secretPrefix = "whsec_"
	secretBytes  = 32

	// Overlap is how long an old secret still signs beside the new one, for receivers to change over.
	Overlap = 24 * time.Hour

	// MaxSecrets is how many secrets sign at the same time at most.
	MaxSecrets = 5
)

// NewSecret returns a secret as receivers are given it.
func NewSecret(random io.Reader) (string, error) {
	var b [secretBytes]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("webhook: read randomness: %w", err)
	}
	return secretPrefix + base64.StdEncoding.EncodeToString(b[:]), nil
}

// signature returns the value of the header: one signature by each secret.
func signature(secrets []string, id string, at time.Time, payload []byte) (string, error) {
	var all []string
	for _, secret := range secrets {
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return "", errSecret // the cause may quote it
		}
		one, err := w.Sign(id, at, payload)
		if err != nil {
			return "", errSecret
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return "", errSecret
	}
	return strings.Join(all, " "), nil
}

var errSecret = errors.New("webhook: an endpoint has no secret that can sign")
