package edge

import (
	"net/http"
	"strings"

	"github.com/jawort/jawort/refusal"
)

const maxIdempotencyKey = 255

// IdempotencyKey returns the Idempotency-Key of the request; empty: none.
func IdempotencyKey(r *http.Request) (string, error) {
	values := r.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", nil
	}
	key := values[0]
	notPrintable := func(c rune) bool { return c < ' ' || c > '~' }
	if len(values) > 1 || key == "" || len(key) > maxIdempotencyKey || strings.ContainsFunc(key, notPrintable) {
		return "", refusal.Field("Idempotency-Key", "must be one value of 1 to 255 printable ASCII characters")
	}
	return key, nil
}
