package mobileapi

import (
	"context"
	"errors"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/store/db"
)

// keyReader finds the installation that enrolled with a key.
type keyReader interface {
	InstallationOfKey(ctx context.Context, thumbprint string) (account.Installation, error)
}

// renewal gives an installation its token again, for the proof of its key alone: the key that authenticates tokens may have been
// exchanged since. A token without that key is worth nothing, so nothing is given away.
type renewal struct {
	lasting keyReader
	tokens  tokens
}

func (n renewal) mount(m *edge.Mux, g guards) {
	m.Handle("POST /v1/installation/token", g.proof, n.renew)
}

type renewalAnswer struct {
	Token string `json:"token"`
}

func (n renewal) renew(w http.ResponseWriter, r *http.Request) error {
	i, err := n.lasting.InstallationOfKey(r.Context(), keyOf(r))
	if errors.Is(err, db.ErrNotFound) {
		return errUnauthorized.Because(err)
	}
	if err != nil {
		return err
	}
	token, err := n.tokens.of(i.ID)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, renewalAnswer{token})
}
