package edge_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

const (
	soon    = 50 * time.Millisecond // for a body
	patient = 10 * time.Second      // for what must happen, on a busy machine
)

// talk sends what is given on a connection of its own.
func talk(t *testing.T, addr, what string) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patient))
	if _, err := io.WriteString(conn, what); err != nil {
		t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

func wantStatus(t *testing.T, what string, from *bufio.Reader, status int) {
	t.Helper()
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != status {
		t.Errorf("%s: %d %v, want %d", what, resp.StatusCode, err, status)
	}
}

func TestABodyThatNeverComesHoldsNoConnection(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Hurry(soon)
	nobody := func(*http.Request) (context.Context, error) {
		return nil, refusal.New(refusal.Unauthorized, "unauthorized", "Say who you are.")
	}
	g.Handle("POST /refused", nobody, fine)
	g.Handle("POST /bodyless", edge.Public, fine)
	g.Handle("GET /x", edge.Public, fine)
	g.Handle("POST /read", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		_, err := edge.Decode[order](r)
		return err
	})
	g.HandleCORS("GET /shared", edge.CORS{Origins: func(*http.Request) ([]string, error) { return nil, nil }}, edge.Public, fine)
	addr, _ := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Second)
	for request, status := range map[string]int{
		"POST /refused": 401, "POST /bodyless": 200, "GET /x": 200, "DELETE /x": 405, "POST /nowhere": 404, "POST /read": 400,
		"OPTIONS /shared": 403,
	} {
		for _, announced := range []string{"Content-Length: 1000\r\n\r\n", "Content-Length: 1000\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"} {
			_, answer := talk(t, addr, request+" HTTP/1.1\r\nHost: x\r\nOrigin: https://x\r\nContent-Type: application/json\r\n"+announced)
			wantStatus(t, request, answer, status)
			if _, err := answer.ReadByte(); !errors.Is(err, io.EOF) {
				t.Errorf("%s %q: the connection stays: %v", request, announced, err)
			}
		}
	}
}

func TestABodyThatIsTooLargeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	g := taking(edge.Decode[order])
	g.Hurry(soon)
	addr, _ := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Second)
	body := make([]byte, 64<<10+1)
	_, answer := talk(t, addr, fmt.Sprintf("POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n%s", body))
	wantStatus(t, "too large", answer, http.StatusRequestEntityTooLarge)
	if _, err := answer.ReadByte(); err == nil {
		t.Error("the connection stays")
	}
}

// lasting answers after more than the time for a body, unless the request ends before.
func lasting(w http.ResponseWriter, r *http.Request) error {
	enough := time.NewTimer(4 * soon)
	defer enough.Stop()
	select {
	case <-enough.C:
		return fine(w, r)
	case <-r.Context().Done():
		return r.Context().Err()
	}
}

func TestWhoHasSentItsBodyMayWaitLongerThanABodyMayTake(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Hurry(soon)
	g.Handle("GET /poll", edge.Public, lasting)
	g.Handle("POST /poll", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return err
		}
		return lasting(w, r)
	})
	addr, _ := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Second)
	for _, method := range []string{"GET", "POST"} {
		for _, body := range []string{"", "{}"} {
			request := fmt.Sprintf("%s /poll HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", method, len(body), body)
			conn, answer := talk(t, addr, request)
			wantStatus(t, method, answer, http.StatusOK)
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			wantStatus(t, method+" again on the same connection", answer, http.StatusOK)
		}
	}
}

func TestAConnectionThatWasGivenAwayHasNoDeadlineOfABody(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Hurry(soon)
	g.Handle("GET /socket", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return err
		}
		defer conn.Close()
		line, err := rw.ReadString('\n')
		if err != nil {
			return err
		}
		_, err = io.WriteString(conn, line)
		return err
	})
	addr, _ := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Second)
	conn, echo := talk(t, addr, "GET /socket HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
	<-time.After(4 * soon)
	if _, err := io.WriteString(conn, "late\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := echo.ReadString('\n'); err != nil || line != "late\n" {
		t.Errorf("%q %v", line, err)
	}
}
