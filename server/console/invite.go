package console

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/outbox"
)

// Inviting keeps invitations.
type Inviting interface {
	Invite(ctx context.Context, o operator.Operator, codeHash []byte, by outbox.Actor) (operator.Operator, error)
}

const codeBytes = 32

// Invite invites an operator, and returns the one-time link, which is kept nowhere. public is the server's address.
func Invite(ctx context.Context, s Inviting, o operator.Operator, public string, random io.Reader, by outbox.Actor) (operator.Operator, string, error) {
	if err := o.Validate(); err != nil {
		return o, "", err
	}
	secret := make([]byte, codeBytes)
	if _, err := io.ReadFull(random, secret); err != nil {
		return o, "", fmt.Errorf("console: read randomness: %w", err)
	}
	code := base64.RawURLEncoding.EncodeToString(secret)
	var err error
	if o.ID, err = id.New(random, id.Operator); err != nil {
		return o, "", err
	}
	invited, err := s.Invite(ctx, o, pages.Hash(code), by)
	return invited, strings.TrimSuffix(public, "/") + "/console/join/" + code, err
}
