package edge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// JSON answers with v. What cannot be encoded is an error, and nothing has been written then.
func JSON(w http.ResponseWriter, status int, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // answers are never HTML: see the security headers
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("edge: encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a client that has gone needs no answer
	return nil
}
