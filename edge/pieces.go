package edge

import (
	"fmt"
	"net/http"
)

// Continue sends what is written so far of a long answer, and gives the client as long for the next piece as it had
// for this one.
func Continue(w http.ResponseWriter) error {
	if rec, ok := w.(*recorder); ok {
		rec.allow(writeTime)
	}
	if err := http.NewResponseController(w).Flush(); err != nil {
		return fmt.Errorf("edge: send a piece: %w", err)
	}
	return nil
}
