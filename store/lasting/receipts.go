package lasting

import (
	"context"

	"github.com/jawort/jawort/store/db"
)

// RegisterReceiptKey publishes a public receipt key for ever. Repeating it changes nothing.
func (s *Store) RegisterReceiptKey(ctx context.Context, kid string, jwk []byte) error {
	_, err := db.Exec(ctx, s.Writes(), `
		INSERT INTO receipt_keys (kid, jwk, created_at) VALUES ($1, $2, jawort_now()) ON CONFLICT (kid) DO NOTHING`, kid, jwk)
	return err
}

// ReceiptKeys returns all public receipt keys that ever signed, oldest first.
func (s *Store) ReceiptKeys(ctx context.Context) ([][]byte, error) {
	return db.All(ctx, s.Reads(), db.ScanBytes, `SELECT jwk FROM receipt_keys ORDER BY created_at, kid`)
}
