package server

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
)

// Receipts signs the evidence of an outcome as a compact JWS; approval.ErrNoReceipt where nobody signed it.
type Receipts interface {
	Sign(o approval.Outcome) (string, error)
}

type receiptKeys interface {
	ReceiptKeys(ctx context.Context) ([][]byte, error)
}

// receipts are the evidence, and the keys to check it with.
type receipts struct {
	guards guard.Guards
	signer Receipts
	keys   receiptKeys
}

func (s receipts) Mount(m *edge.Mux) {
	m.Handle("GET /v1/approvals/{id}/receipt", s.guards.Key(account.ScopeLogin), s.get)
	m.Handle("GET /.well-known/jwks.json", edge.Public, s.published)
}

func (s receipts) get(w http.ResponseWriter, r *http.Request) error {
	standing, err := s.guards.Own(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if standing.Outcome == nil {
		return approval.ErrNoReceipt
	}
	jws, err := s.signer.Sign(*standing.Outcome)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/jose")
	_, _ = w.Write([]byte(jws)) // a client that has gone needs no answer
	return nil
}

// published answers with every key that ever signed: a receipt must stay verifiable.
func (s receipts) published(w http.ResponseWriter, r *http.Request) error {
	keys, err := s.keys.ReceiptKeys(r.Context())
	if err != nil {
		return err
	}
	set := struct {
		Keys []json.RawMessage `json:"keys"`
	}{make([]json.RawMessage, len(keys))}
	for i, key := range keys {
		set.Keys[i] = key
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	return edge.JSON(w, http.StatusOK, set)
}
