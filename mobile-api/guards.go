package mobileapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/mobile-api/dpop"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
)

// errUnauthorized is the one answer to all that does not hold; the cause goes to the log only.
var errUnauthorized = approval.ErrInactive

var errNonce = refusal.New(refusal.Unauthorized, "use_dpop_nonce",
	"The proof needs a fresh nonce. Take the one in the DPoP-Nonce header of this answer and send the request again.")

// installationReader finds who a token names.
type installationReader interface {
	Installation(ctx context.Context, id string) (account.Installation, error)
}

// guards say who may call a route.
type guards struct {
	verifier *dpop.Verifier
	tokens   tokens
	lasting  installationReader
}

type (
	keyOfContext          struct{}
	installationOfContext struct{}
)

// proof lets in whoever proves that he holds a key.
func (g guards) proof(r *http.Request) (context.Context, error) {
	thumbprint, err := g.verify(r, "")
	if err != nil {
		return nil, err
	}
	return context.WithValue(r.Context(), keyOfContext{}, thumbprint), nil
}

// installation lets in an enrolled installation: its token, with a proof by the key that it enrolled with.
func (g guards) installation(r *http.Request) (context.Context, error) {
	token, ok := edge.BearerToken(r, "DPoP")
	if !ok || token == "" {
		return nil, errUnauthorized.Because(errors.New("mobileapi: no token"))
	}
	thumbprint, err := g.verify(r, token)
	if err != nil {
		return nil, err
	}
	id, err := g.tokens.open(token)
	if err != nil {
		return nil, errUnauthorized.Because(err)
	}
	i, err := g.lasting.Installation(r.Context(), id)
	if errors.Is(err, db.ErrNotFound) {
		return nil, errUnauthorized.Because(err)
	}
	if err != nil {
		return nil, err
	}
	if i.Thumbprint != thumbprint {
		return nil, errUnauthorized.Because(fmt.Errorf("mobileapi: the token of %s came with another key", id))
	}
	return context.WithValue(r.Context(), installationOfContext{}, i), nil
}

func (g guards) verify(r *http.Request, token string) (thumbprint string, err error) {
	thumbprint, err = g.verifier.Verify(r, token)
	if errors.Is(err, dpop.ErrNonce) {
		markStale(r.Context())
		return "", errNonce.Because(err)
	}
	if err != nil {
		return "", errUnauthorized.Because(err)
	}
	return thumbprint, nil
}

func keyOf(r *http.Request) string {
	return r.Context().Value(keyOfContext{}).(string)
}

func installationOf(r *http.Request) account.Installation {
	return r.Context().Value(installationOfContext{}).(account.Installation)
}
