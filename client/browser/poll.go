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

// poll asks once: the first time for the state as it is, then for the end, for which the server takes up to pollWait.
func (w *watcher) poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pollWait+pollGrace)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, pollURL(w.URL, w.polled), nil)
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
	s, err := w.answer(resp)
	if err != nil {
		return err
	}
	w.polled = true
	return w.tell(s)
}

func (w *watcher) answer(resp *http.Response) (State, error) {
	var s State
	// A page's script sees nothing of an answer that does not name its origin.
	if resp.StatusCode == http.StatusOK && resp.Header.Get("Access-Control-Allow-Origin") != w.Origin {
		return s, ErrOrigin
	}
	if resp.StatusCode != http.StatusOK {
		return s, refusal(resp.StatusCode)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxFrame)).Decode(&s); err != nil {
		return s, fmt.Errorf("browser: unreadable answer: %w", err)
	}
	return s, nil
}

func (w *watcher) client() *http.Client {
	if w.Client != nil {
		return w.Client
	}
	return http.DefaultClient
}

// refusal tells what asking again would not mend from what it may.
func refusal(status int) error {
	switch status {
	case http.StatusUnauthorized:
		return ErrTicket
	case http.StatusForbidden:
		return ErrOrigin
	case http.StatusNotFound, http.StatusGone:
		return ErrLost
	default:
		return fmt.Errorf("browser: status %d", status)
	}
}

// pollURL turns wss://host/v1/approvals/{id}/socket into https://host/v1/approvals/{id}?wait=25.
func pollURL(socket string, wait bool) string {
	u := strings.TrimSuffix(socket, "/socket")
	if rest, ok := strings.CutPrefix(u, "ws"); ok { // ws: or wss:
		u = "http" + rest
	}
	if !wait {
		return u
	}
	return fmt.Sprintf("%s?wait=%d", u, int(pollWait/time.Second))
}
