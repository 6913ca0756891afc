package demo

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/edge/browsertest"
)

func TestALongFormIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	form := url.Values{"account": {demoAccount}, "password": {demoPassword}, "a": {strings.Repeat("a", mostForm)}}
	if status, _ := v.send(v.post("/login", form)); status != http.StatusBadRequest {
		t.Errorf("a long form got %d", status)
	}
}

func TestAFormThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	h := open(t)
	c, err := net.Dial("tcp", h.site.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(browsertest.Patience)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(c, "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\naccount="); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("half a form got %d", resp.StatusCode)
	}
}
