package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	pollWait  = 25 * time.Second
	pollGrace = 10 * time.Second
)

// poll asks once, and is answered when the approval has ended or pollWait has passed.
func (w *watcher) poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pollWait+pollGrace)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, pollURL(w.URL), nil)
	if err != nil {
		return fmt.Errorf("browser: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+w.Ticket)
	req.Header.Set("Origin", w.Origin)
	resp, err := w.client().Do(req)
	if err != nil {
		return fmt.Errorf("browser: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return refusal(resp.StatusCode, fmt.Errorf("browser: status %d", resp.StatusCode))
	}
	var s State
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxFrame)).Decode(&s); err != nil {
		return fmt.Errorf("browser: unreadable answer: %w", err)
	}
	return w.tell(s)
}

func (w *watcher) client() *http.Client {
	if w.Client != nil {
		return w.Client
	}
	return http.DefaultClient
}

// pollURL turns wss://host/v1/approvals/{id}/socket into https://host/v1/approvals/{id}?wait=25.
func pollURL(socket string) string {
	u := strings.TrimSuffix(socket, "/socket")
	if rest, ok := strings.CutPrefix(u, "ws"); ok { // ws: or wss:
		u = "http" + rest
	}
	return fmt.Sprintf("%s?wait=%d", u, int(pollWait/time.Second))
}
