package portal_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// late is a form that is sent only when the server reads it, by when something else has happened.
type late struct {
	io.Reader
	before func()
}

func (l *late) Read(b []byte) (int, error) {
	if l.before != nil {
		l.before()
		l.before = nil
	}
	return l.Reader.Read(b)
}

func TestWhoHasLeftWhileTheirFormIsOnItsWayDoesNothingWithIt(t *testing.T) {
	h := newHouse(t)
	h.phone("Anna")
	b, at := h.in(), "/portal/devices/"+h.device("Anna")
	other := *b.Browser
	leaving := *b.Client
	other.Client = &leaving
	waiting := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer waiting.CloseIdleConnections()
	here, err := url.Parse(h.url)
	h.must(err)
	cookie := b.Client.Jar.Cookies(here)
	form := &late{strings.NewReader(url.Values{"label": {"Pixel"}, "holder": {"Eve"}}.Encode()), func() {
		other.Post("/portal/leave", nil).Want(http.StatusSeeOther)
	}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.url+at, form)
	h.must(err)
	for name, value := range map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Origin": h.url, "Sec-Fetch-Site": "same-origin", "Expect": "100-continue"} {
		r.Header.Set(name, value)
	}
	for _, c := range cookie {
		r.AddCookie(c)
	}
	resp, err := waiting.RoundTrip(r)
	h.must(err)
	h.must(resp.Body.Close())
	if resp.StatusCode != http.StatusUnauthorized || h.count("outbox WHERE kind = 'device.renamed'") != 0 {
		t.Errorf("answered %d", resp.StatusCode)
	}
}
