package demo

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
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

func TestAFormOfAnotherKindIsRefused(t *testing.T) {
	t.Parallel()
	h := open(t)
	v := newVisitor(t, h.siteURL)
	for _, kind := range []string{"", "text/plain", "multipart/form-data; boundary=x", "application/json", ";"} {
		req := v.post("/login", url.Values{"account": {demoAccount}, "password": {demoPassword}})
		req.Header.Set("Content-Type", kind)
		if status, _ := v.send(req); status != http.StatusUnsupportedMediaType {
			t.Errorf("a form as %q got %d", kind, status)
		}
	}
	req := v.post("/login", url.Values{"account": {demoAccount}, "password": {demoPassword}})
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	if status, _ := v.send(req); status != http.StatusOK {
		t.Errorf("a form that names its charset got %d", status)
	}
}

func TestAFormThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	o, _ := publicly(t)
	public, _ := run(t, o)
	local := open(t)
	const urlencoded = "application/x-www-form-urlencoded"
	type half struct {
		name   string
		answer *bufio.Reader
		want   int
	}
	var halves []half // all at once: each takes its time
	for name, c := range map[string]struct {
		of            *house
		request, kind string
		want          int
	}{
		"urlencoded":                {local, "POST /login", urlencoded, http.StatusBadRequest},
		"urlencoded, in public":     {public, "POST /login", urlencoded, http.StatusBadRequest},
		"multipart":                 {local, "POST /login", "multipart/form-data; boundary=x", http.StatusUnsupportedMediaType},
		"plain text":                {local, "POST /login", "text/plain", http.StatusUnsupportedMediaType},
		"of no kind":                {local, "POST /login", "", http.StatusUnsupportedMediaType},
		"for a page":                {local, "GET /", urlencoded, http.StatusOK},
		"for a file":                {local, "GET /style.css", "text/plain", http.StatusOK},
		"to nowhere":                {local, "POST /nowhere", urlencoded, http.StatusNotFound},
		"from a stranger":           {public, "POST /phone", urlencoded, http.StatusUnauthorized},
		"from a stranger, in parts": {public, "POST /phone", "multipart/form-data; boundary=x", http.StatusUnauthorized},
		"from another site":         {local, "POST /login", urlencoded + "\r\nSec-Fetch-Site: cross-site", http.StatusForbidden},
	} {
		for _, sent := range []string{"Content-Length: 20\r\n\r\naccount=", "Content-Length: 20\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n14\r\naccount="} {
			answer := begin(t, c.of, c.request+" HTTP/1.1\r\nHost: "+c.of.front.host+"\r\nContent-Type: "+c.kind+"\r\n"+sent)
			halves = append(halves, half{name, answer, c.want})
		}
	}
	for _, f := range halves {
		resp, err := http.ReadResponse(f.answer, nil)
		if err != nil {
			t.Errorf("half a form %s: %v", f.name, err)
			continue
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != f.want {
			t.Errorf("half a form %s got %d, %v", f.name, resp.StatusCode, err)
		}
		if _, err := f.answer.ReadByte(); !errors.Is(err, io.EOF) {
			t.Errorf("half a form %s: the connection stays: %v", f.name, err)
		}
	}
}

// begin sends a request that does not end, and returns what is answered.
func begin(t *testing.T, h *house, request string) *bufio.Reader {
	t.Helper()
	c, err := net.Dial("tcp", h.site.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(browsertest.Patience)); err != nil {
		t.Fatal(err)
	}
	if h.front.public() {
		roots := x509.NewCertPool()
		roots.AddCert(issuer.cert)
		c = tls.Client(c, &tls.Config{RootCAs: roots, ServerName: h.front.host})
	}
	if _, err := fmt.Fprint(c, request); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(c)
}
