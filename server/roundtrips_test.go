package server_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live"
)

// odometer stands between a server and its Postgres and counts round trips: each ends with ReadyForQuery (PostgreSQL
// documentation, 53.2.3).
type odometer struct {
	url    string
	socket string // of the database
	trips  atomic.Int64
	all    sync.WaitGroup
}

func newOdometer(t testing.TB, target string) *odometer {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &odometer{
		url:    "postgres://postgres@" + listener.Addr().String() + u.Path + "?sslmode=disable",
		socket: filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432"),
	}
	o.all.Go(func() { o.accept(listener) })
	t.Cleanup(func() { // runs after the store's own, which ends the connections
		listener.Close()
		o.all.Wait()
	})
	return o
}

func (o *odometer) accept(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		database, err := net.Dial("unix", o.socket)
		if err != nil {
			client.Close()
			continue
		}
		o.all.Go(func() {
			defer database.Close()
			_, _ = io.Copy(database, client)
		})
		o.all.Go(func() {
			defer client.Close()
			o.count(client, bufio.NewReader(database))
		})
	}
}

// count passes on messages: a type, a length that counts itself, and so many bytes.
func (o *odometer) count(to io.Writer, from *bufio.Reader) {
	for header := make([]byte, 5); ; {
		if _, err := io.ReadFull(from, header); err != nil {
			return
		}
		if header[0] == 'Z' {
			o.trips.Add(1)
		}
		message := io.MultiReader(bytes.NewReader(header), io.LimitReader(from, int64(binary.BigEndian.Uint32(header[1:]))-4))
		if _, err := io.Copy(to, message); err != nil {
			return
		}
	}
}

// least returns the fewest round trips of many repetitions: what the server does beside a request, and what a connection
// does once, is not the request's.
func (o *odometer) least(request func()) int64 {
	fewest := int64(1000)
	for range 30 {
		before := o.trips.Load()
		request()
		fewest = min(fewest, o.trips.Load()-before)
	}
	return fewest
}

// To explain a login is to read all that decides it, and to write nothing.
func TestALoginByATrustedBrowserCostsOneRoundTripMoreThanReadingWhetherItIsTrusted(t *testing.T) {
	t.Parallel()
	o := newOdometer(t, pgtest.New(t))
	w := newWorldOn(t, live.Embedded, o.url)
	i := w.serve()
	p := w.addPhone(w.app, "4711", "Ada's phone")
	w.put("4711", "customer", weekly)
	token, _ := i.confirm(p, ask("4711"))
	login := ask("4711").trusting(token)
	read := o.least(func() {
		a := i.call("POST", "/v1/policy/explain", login).want(200, "")
		if a.text("reason", "code") != "trusted" {
			t.Fatalf("it is not trusted: %s", a.raw)
		}
	})
	trusted := o.least(func() { i.wantTrusted("trusted", login) })
	if read != 2 || trusted != 3 {
		t.Errorf("a trusted login costs %d round trips, reading whether it is trusted %d; want 3 and 2", trusted, read)
	}
}
