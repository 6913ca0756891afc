package edge_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/jawort/jawort/edge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs h until the returned stop is called, which returns what Serve returned.
func serve(t *testing.T, listen edge.Listen, h http.Handler, grace time.Duration) (addr string, stop func() error) {
	t.Helper()
	l, err := listen.Open()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- edge.Serve(ctx, l, h, grace) }()
	stopped := false
	stop = func() error { stopped = true; cancel(); return <-served }
	t.Cleanup(func() {
		if !stopped {
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
	})
	return l.Addr().String(), stop
}

func client(t *testing.T, config *tls.Config) *http.Client {
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func fetch(c *http.Client, url string) (*http.Response, string, error) {
	resp, err := c.Get(url)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

func TestTLSSpeaksHTTP2(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /x", edge.Public, fine)
	cert, key, pool := writeCertificate(t, t.TempDir(), 1)
	addr, _ := serve(t, edge.Listen{Addr: "127.0.0.1:0", TLSCert: cert, TLSKey: key}, g, time.Second)
	resp, body, err := fetch(client(t, &tls.Config{RootCAs: pool}), "https://"+addr+"/x")
	if err != nil {
		t.Fatal(err)
	}
	if resp.ProtoMajor != 2 || body != `{"say":"fine"}`+"\n" || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s %s %v", resp.Proto, body, resp.Header)
	}
}

func TestAWebsocketPassesThePipelineAndIsLoggedOnce(t *testing.T) {
	t.Parallel()
	g := newRig()
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	g.Handle("GET /socket", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.WriteMessage(websocket.TextMessage, []byte("hello")); err != nil {
			return err
		}
		return errors.New("an error after the hijack")
	})
	logged := make(chan struct{}) // a shutdown does not wait for connections that were taken over
	addr, stop := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(logged)
		g.ServeHTTP(w, r)
	}), time.Second)
	conn, resp, err := websocket.DefaultDialer.Dial("ws://"+addr+"/socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, message, err := conn.ReadMessage(); err != nil || string(message) != "hello" {
		t.Fatalf("%q %v", message, err)
	}
	if !strings.HasPrefix(resp.Header.Get("Upgrade"), "websocket") {
		t.Errorf("headers %v", resp.Header)
	}
	if _, _, err := conn.ReadMessage(); err == nil {
		t.Fatal("something followed the last frame")
	}
	<-logged
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	all := g.log.requests(t)
	if len(all) != 1 || all[0]["status"] != 101.0 || all[0]["error"] != "an error after the hijack" {
		t.Errorf("logged: %v", all)
	}
}

func TestAShutdownLetsRequestsFinishAndTellsLongPolls(t *testing.T) {
	t.Parallel()
	g := newRig()
	entered := make(chan struct{})
	g.Handle("GET /poll", edge.Public, func(w http.ResponseWriter, r *http.Request) error {
		close(entered)
		<-edge.Closing(r.Context())
		if err := r.Context().Err(); err != nil {
			return err
		}
		return fine(w, r)
	})
	addr, stop := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Minute)
	answered := make(chan string, 1)
	c := client(t, nil)
	go func() {
		resp, body, err := fetch(c, "http://"+addr+"/poll")
		if err != nil {
			body = err.Error()
		} else {
			body = fmt.Sprint(resp.StatusCode, body)
		}
		answered <- body
	}()
	<-entered
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if got := <-answered; got != `200{"say":"fine"}`+"\n" {
		t.Errorf("got %s", got)
	}
}

func TestARequestThatOutlivesTheGraceIsEnded(t *testing.T) {
	t.Parallel()
	g := newRig()
	entered, left := make(chan struct{}), make(chan struct{})
	g.Handle("GET /slow", edge.Public, func(_ http.ResponseWriter, r *http.Request) error {
		defer close(left)
		close(entered)
		<-r.Context().Done()
		return r.Context().Err()
	})
	addr, stop := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Millisecond)
	c := client(t, nil)
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _, _ = fetch(c, "http://"+addr+"/slow")
	}()
	<-entered
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	<-left
	<-answered
}

func TestAServerThatCannotServeSaysSo(t *testing.T) {
	t.Parallel()
	l, err := edge.Listen{Addr: "127.0.0.1:0"}.Open()
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := edge.Serve(t.Context(), l, newRig(), time.Second); err == nil {
		t.Error("no error")
	}
}

func TestHeadersOver16KiBAreRefused(t *testing.T) {
	t.Parallel()
	g := newRig()
	g.Handle("GET /x", edge.Public, fine)
	addr, _ := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Second)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET /x HTTP/1.1\r\nHost: x\r\nX-Fill: %s\r\n\r\n", strings.Repeat("a", 32<<10))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestABodyThatStopsHalfWayIsRefused(t *testing.T) {
	t.Parallel()
	g := taking(edge.Decode[order])
	addr, _ := serve(t, edge.Listen{Addr: "127.0.0.1:0"}, g, time.Second)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"account\":")
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", resp.StatusCode)
	}
}
