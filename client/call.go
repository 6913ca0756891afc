package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	maxAnswer  = 16 << 20         // a page of 1000 accounts, or all that is kept about one
	answerTime = 10 * time.Second // for one try, beyond what a long-poll waits
)

// MostWait is how long one long-poll waits at most.
const MostWait = 25 * time.Second

// call is one request of the API, before it is sent once or more often.
type call struct {
	method string
	path   string
	query  url.Values
	body   any
	key    string // Idempotency-Key
	repeat bool   // doing it twice is the same as doing it once
	wait   time.Duration
}

func path(parts ...string) string {
	p := "/v1"
	for _, part := range parts {
		p += "/" + url.PathEscape(part)
	}
	return p
}

// waiting makes the call a long-poll.
func (q call) waiting(wait time.Duration) call {
	if wait <= 0 {
		return q
	}
	q.wait = min(wait, MostWait)
	seconds := (q.wait + time.Second - 1) / time.Second
	q.query = url.Values{"wait": {strconv.Itoa(int(seconds))}}
	return q
}

// once sends the call a single time. answer is nil, *string for a body that is not JSON, or what to decode into.
func (c *Client) once(ctx context.Context, q call, body []byte, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime+q.wait)
	defer cancel()
	req, err := c.request(ctx, q, body)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("client: %s %s: %w", q.method, q.path, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return problem(resp)
	}
	return read(resp, answer)
}

func (c *Client) request(ctx context.Context, q call, body []byte) (*http.Request, error) {
	target := c.base + q.path
	if len(q.query) > 0 {
		target += "?" + q.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, q.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.operator != "" {
		req.Header.Set("Jawort-Operator", c.operator)
	}
	if q.key != "" {
		req.Header.Set("Idempotency-Key", q.key)
	}
	return req, nil
}

// errAnswer is an answer that broke off or is not what the API promises.
var errAnswer = errors.New("client: the answer cannot be read")

func read(resp *http.Response, answer any) error {
	if answer == nil {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%w: %w", errAnswer, err)
	}
	if s, plain := answer.(*string); plain {
		*s = string(b)
		return nil
	}
	if err := json.Unmarshal(b, answer); err != nil {
		return fmt.Errorf("%w: %w", errAnswer, err)
	}
	return nil
}
