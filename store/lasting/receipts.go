package lasting

import "context"

// RegisterReceiptKey publishes a public receipt key for ever. Repeating it changes nothing.
func (s *Store) RegisterReceiptKey(ctx context.Context, kid string, jwk []byte) error {
	_, err := exec(ctx, s.writes, `
		INSERT INTO receipt_keys (kid, jwk, created_at) VALUES ($1, $2, jawort_now()) ON CONFLICT (kid) DO NOTHING`, kid, jwk)
	return err
}

// ReceiptKeys returns all public receipt keys that ever signed, oldest first.
func (s *Store) ReceiptKeys(ctx context.Context) ([][]byte, error) {
	return all(ctx, s.reads, scanBytes, `SELECT jwk FROM receipt_keys ORDER BY created_at, kid`)
}
