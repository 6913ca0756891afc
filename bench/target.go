package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/bench/fakes"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

// Target is the Jawort that is loaded.
type Target struct {
	ServerURL string
	Key       string // with all scopes
	Origin    string // of the pages that wait; one of the application's
	Trusting  string // name of a group whose browsers are trusted; empty: none is

	// Wakes are the push services, where they can be listened to. Nil: phones have no push address, and look by themselves.
	Wakes Wakes

	// Dial replaces how connections are made, for tests. Nil: as usual.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Wakes are push services that tell what they accept.
type Wakes interface {
	Addresses(ctx context.Context, provider string, count int) ([]phone.PushAddress, error)
	OnPush(f func(fakes.Push))
}

// wires are the connections of everybody. Login services and phones have a pool each; every page has a socket of its own.
type wires struct {
	service, phones *http.Client
	pages           *websocket.Dialer
}

// idle bounds the connections that are kept: one for every request that may be under way at once.
const idle = 1024

func (t Target) wires(newConns bool) wires {
	dial := t.Dial
	if dial == nil {
		dial = dialLocal
	}
	pool := func() *http.Client {
		return &http.Client{Transport: &http.Transport{
			DialContext: dial, MaxIdleConns: idle, MaxIdleConnsPerHost: idle, IdleConnTimeout: time.Minute, DisableKeepAlives: newConns,
			DisableCompression: true,
		}}
	}
	return wires{pool(), pool(), &websocket.Dialer{NetDialContext: dial, HandshakeTimeout: 10 * time.Second, ReadBufferSize: 1024, WriteBufferSize: 256}}
}

func (w wires) close() {
	w.service.CloseIdleConnections()
	w.phones.CloseIdleConnections()
}

// dialLocal spares loopback the attempt by IPv6 that a resolver would suggest for each connection.
func dialLocal(ctx context.Context, network, addr string) (net.Conn, error) {
	if host, port, err := net.SplitHostPort(addr); err == nil && host == "localhost" {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, addr)
}

// post sends what package client has no method for.
func (t Target) post(ctx context.Context, c *http.Client, path, bearer, origin string, body, answer any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.ServerURL+path, bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	req.Header.Set("Content-Type", "application/json")
	if origin != "" {
		req.Header.Set("Origin", origin)
	}
	resp, err := c.Do(req)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		var problem struct{ Type, Detail string }
		_ = json.Unmarshal(said, &problem) // a proxy's page has neither
		return &client.Error{Status: resp.StatusCode, Code: strings.TrimPrefix(problem.Type, "urn:jawort:problem:"), Detail: problem.Detail}
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(said, answer)
}

func accountPath(account string, rest string) string {
	return "/v1/accounts/" + url.PathEscape(account) + rest
}
