package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/client/browser"
)

// open opens the page's socket and reads its first frame.
func (i *installation) open(p browser.Page) *websocket.Conn {
	i.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"jawort.v1", "ticket." + p.Ticket}, HandshakeTimeout: soon}
	conn, resp, err := dialer.DialContext(i.t.Context(), p.URL, http.Header{"Origin": {p.Origin}})
	if err != nil {
		i.t.Fatal(err)
	}
	resp.Body.Close()
	i.t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(soon)); err != nil {
		i.t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); err != nil {
		i.t.Fatal(err)
	}
	return conn
}

// begun is a request that the server works on, and whose body it waits for.
type begun struct {
	net.Conn
	answer *bufio.Reader
	body   string
}

// begin sends the head of a request, and returns once the server asks for its body.
func (i *installation) begin(address, path, body string) begun {
	i.t.Helper()
	conn, err := net.DialTimeout("tcp", address, soon)
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(soon)); err != nil {
		i.t.Fatal(err)
	}
	head := "POST " + path + " HTTP/1.1\r\nHost: jawort\r\nAuthorization: Bearer " + i.key + "\r\nContent-Type: application/json\r\n" +
		"Content-Length: " + strconv.Itoa(len(body)) + "\r\nExpect: 100-continue\r\n\r\n"
	if _, err := io.WriteString(conn, head); err != nil {
		i.t.Fatal(err)
	}
	b := begun{conn, bufio.NewReader(conn), body}
	line, err := b.answer.ReadString('\n')
	if err != nil || !strings.Contains(line, "100 Continue") {
		i.t.Fatalf("the server says %q, %v", line, err)
	}
	if _, err := b.answer.ReadString('\n'); err != nil {
		i.t.Fatal(err)
	}
	return b
}

// finish sends the body and returns the answer.
func (b begun) finish(t *testing.T) (status int, answer string) {
	t.Helper()
	if _, err := io.WriteString(b, b.body); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(b.answer, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(all)
}

// listensNoMore waits until nobody listens at the address any more.
func listensNoMore(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(soon); time.Now().Before(deadline); {
		conn, err := net.DialTimeout("tcp", address, soon)
		if err != nil {
			return
		}
		conn.Close()
	}
	t.Errorf("%s still listens", address)
}

func TestAProcessThatIsAskedToEndTakesNothingNewAndFinishesWhatItHas(t *testing.T) {
	t.Parallel()
	i := installed(t)
	p := i.run()
	i.enrol("Pixel", nil)
	conn := i.open(page(i.ask("browser")))
	request := i.begin(p.ready.Server, "/v1/approvals", `{"account":"`+loginNumber+`","browser":{"ip":"203.0.113.9","session":"another"}}`)

	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var closed *websocket.CloseError
	for {
		_, _, err := conn.ReadMessage()
		if err == nil {
			continue // what became of the push
		}
		if !errors.As(err, &closed) || closed.Code != websocket.CloseServiceRestart {
			t.Errorf("the page was told %v", err)
		}
		break
	}
	for _, address := range []string{p.ready.Server, p.ready.MobileAPI} {
		listensNoMore(t, address)
	}
	status, answer := request.finish(t)
	if status != http.StatusCreated || !strings.Contains(answer, `"status":"`+string(client.Pending)+`"`) {
		t.Errorf("the request under way got %d %s", status, answer)
	}
	<-p.done
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	said := p.log.String()
	_, ending, stopping := strings.Cut(said, `"msg":"stopping"`)
	if !stopping || !strings.Contains(ending, `"route":"POST /v1/approvals","status":201`) || !strings.HasSuffix(strings.TrimSpace(ending), `"msg":"stopped"}`) {
		t.Errorf("after the order it said %s", ending)
	}
	if strings.Contains(ending, `"level":"ERROR"`) || strings.Contains(ending, `"level":"WARN"`) {
		t.Errorf("something failed in the end: %s", ending)
	}
}
