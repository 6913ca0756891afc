package docs_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
)

// lossy is the way to the real APIs. Where the context of a request says so, the last byte of what is sent gets lost.
type lossy struct{ http.RoundTripper }

type cutShort struct{}

func breakingOff(ctx context.Context) context.Context {
	return context.WithValue(ctx, cutShort{}, true)
}

// breaksOff is an option of say.
func breaksOff(r *http.Request) { *r = *r.WithContext(breakingOff(r.Context())) }

// RoundTrip implements http.RoundTripper.
func (l lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Context().Value(cutShort{}) == nil {
		return l.RoundTripper.RoundTrip(r)
	}
	var whole bytes.Buffer
	if err := r.Write(&whole); err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", r.URL.Host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.Write(whole.Bytes()[:whole.Len()-1]); err != nil {
		return nil, err
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), r)
	if err != nil {
		return nil, err
	}
	body, err := drain(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, err
}
