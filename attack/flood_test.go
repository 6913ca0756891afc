package attack_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/phone"
)

func body(resp *http.Response) string {
	b, _ := io.ReadAll(resp.Body) // what is missing does not match
	return string(b)
}

// slow opens connections to each address, says something on them and then nothing any more, and wants each to be ended in time.
// It returns how many were.
func (s *storm) slow(each int, says func(host string) string, within time.Duration) (opened, ended int64) {
	var all sync.WaitGroup
	var closed atomic.Int64
	for _, host := range s.addresses() {
		for range each {
			all.Go(func() {
				conn, err := net.Dial("tcp", host)
				if err != nil {
					return
				}
				defer conn.Close()
				_, _ = io.WriteString(conn, says(host))
				_ = conn.SetReadDeadline(time.Now().Add(within))
				_, err = io.Copy(io.Discard, conn)
				if late, is := err.(net.Error); !is || !late.Timeout() {
					closed.Add(1)
				}
			})
		}
	}
	all.Wait()
	return int64(each * len(s.addresses())), closed.Load()
}

func headersWithoutEnd(host string) string {
	return "GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nX-Slow: 1"
}

func bodyWithoutEnd(host string) string {
	return "POST /debug/pprof/symbol HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
}

// deaf asks for the same page over and over and reads none of the answers, and wants each connection to be ended in time. It returns how
// many were.
func (s *storm) deaf(connections int, within time.Duration) (ended int64) {
	var all sync.WaitGroup
	var closed atomic.Int64
	host := s.addresses()[0]
	for range connections {
		all.Go(func() {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				return
			}
			defer conn.Close()
			_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
			_ = conn.SetWriteDeadline(time.Now().Add(within))
			for err == nil { // at last the server takes no more: its answers are stuck
				_, err = io.WriteString(conn, "GET /wait/v1/jawort-wait.js HTTP/1.1\r\nHost: "+host+"\r\n\r\n")
			}
			if late, is := err.(net.Error); !is || !late.Timeout() {
				closed.Add(1)
			}
		})
	}
	all.Wait()
	return closed.Load()
}

// sockets opens sockets without a ticket, with forged ones, and with that of another approval. It counts those that are shown a state, and
// returns what others hear than that their ticket does not hold.
func (s *storm) sockets(connections int) (shown int64, astray []error) {
	a, err := s.client.CreateApproval(s.Context(), client.Request{Account: person, Browser: client.Browser{IP: "203.0.113.9"}})
	s.must(err)
	foreign, err := s.client.CreateApproval(s.Context(), client.Request{Account: person, Browser: client.Browser{IP: "203.0.113.9"}})
	s.must(err)
	defer func() {
		s.must(s.client.CancelApproval(s.Context(), a.ID))
		s.must(s.client.CancelApproval(s.Context(), foreign.ID))
	}()
	tickets := []string{"", "jt_" + strings.Repeat("A", len(a.Socket.Ticket)-3), a.Socket.Ticket[:len(a.Socket.Ticket)-4] + "AAAA", foreign.Socket.Ticket}
	var all sync.WaitGroup
	var mu sync.Mutex
	busy := make(chan struct{}, 100)
	for i := range connections {
		busy <- struct{}{}
		all.Go(func() {
			defer func() { <-busy }()
			d := websocket.Dialer{Subprotocols: []string{"jawort.v1"}, HandshakeTimeout: headerTime + slack}
			if ticket := tickets[i%len(tickets)]; ticket != "" {
				d.Subprotocols = append(d.Subprotocols, "ticket."+ticket)
			}
			err := firstWord(d, a.Socket.URL)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				shown++
			} else if !websocket.IsCloseError(err, badTicket) {
				astray = append(astray, err)
			}
		})
	}
	all.Wait()
	return shown, astray
}

// badTicket closes a socket whose ticket does not hold.
const badTicket = 4401

// firstWord returns why the server says nothing on a socket.
func firstWord(d websocket.Dialer, url string) error {
	conn, _, err := d.Dial(url, http.Header{"Origin": {local.Origin}})
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(headerTime + slack))
	_, _, err = conn.ReadMessage()
	return err
}

// forged sends requests with keys and proofs that are not right, by so many at once, and counts those that are let in.
func (s *storm) forged(ctx context.Context) (sent, letIn int64) {
	var all sync.WaitGroup
	var n, in atomic.Int64
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	copied := filepath.Join(s.TempDir(), "phone")
	s.must(s.phone.Save(copied))
	thief, err := phone.Load(copied, phone.Options{})
	s.must(err)
	thief.Prover = phone.Prover{Key: key}
	for range 8 {
		all.Go(func() {
			for ctx.Err() == nil {
				req, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.ServerURL+"/v1/accounts", nil)
				req.Header.Set("Authorization", "Bearer jw_"+strings.Repeat("A", 43))
				if resp, err := http.DefaultClient.Do(req); err == nil {
					_ = resp.Body.Close()
					n.Add(1)
					if resp.StatusCode != http.StatusUnauthorized {
						in.Add(1)
					}
				}
				if err := thief.Call(ctx, s.PhoneURL, http.MethodGet, "/v1/devices", nil, nil); ctx.Err() == nil {
					n.Add(1)
					if phone.Code(err) != phone.CodeUnauthorized {
						in.Add(1)
					}
				}
			}
		})
	}
	all.Wait()
	return n.Load(), in.Load()
}

// fromOne sends requests that all come from one address, and returns how many were refused for that.
func (s *storm) fromOne(requests int) (refused int64) {
	var all sync.WaitGroup
	var tooMany atomic.Int64
	each := requests / 16
	for range 16 {
		all.Go(func() {
			conn, err := net.Dial("tcp", s.addresses()[1])
			if err != nil {
				return
			}
			defer conn.Close()
			read := bufio.NewReader(conn)
			for range each {
				fmt.Fprintf(conn, "GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.77\r\n\r\n")
				resp, err := http.ReadResponse(read, nil)
				if err != nil {
					return
				}
				_ = body(resp)
				if resp.StatusCode == http.StatusTooManyRequests {
					tooMany.Add(1)
				}
			}
		})
	}
	all.Wait()
	return tooMany.Load()
}

const (
	headerTime = 5 * time.Second // in which the head of a request has to come, bodyTime its body, and writeTime an answer be taken
	bodyTime   = 10 * time.Second
	writeTime  = 15 * time.Second
	slack      = 10 * time.Second
)

// TestPeopleLogInWhileAllFacesAreFlooded floods a real installation in every way at once.
func TestPeopleLogInWhileAllFacesAreFlooded(t *testing.T) {
	t.Parallel()
	s := newStorm(t)
	r := begin(t, "flood: all faces at once")
	s.must(s.login(t.Context()))
	before := s.use()
	ctx, stop := context.WithCancel(t.Context())
	var people sync.WaitGroup
	people.Go(func() { s.people(ctx) })
	defer people.Wait()
	defer stop()

	each := size(30, 300)
	var storm sync.WaitGroup
	storm.Go(func() { s.endsAll(r, "heads", each, headersWithoutEnd, headerTime+slack) })
	storm.Go(func() { s.endsAll(r, "bodies", each, bodyWithoutEnd, bodyTime+slack) })
	storm.Go(func() {
		fury, calm := context.WithTimeout(ctx, time.Duration(size(2, 10))*time.Second)
		defer calm()
		sent, in := s.forged(fury)
		r.note(sent, in)
	})
	storm.Go(func() {
		shown, astray := s.sockets(each)
		r.note(int64(each), shown)
		if len(astray) > 0 {
			r.broke("%d of %d sockets without a good ticket were not told so, but %v", len(astray), each, astray[0])
		}
	})
	storm.Go(func() {
		r.ends("answers that nobody reads", int64(each/3), s.deaf(each/3, writeTime+slack), writeTime+slack)
	})
	storm.Go(func() {
		n := burst + size(600, 6000)
		r.refused(int64(n), s.fromOne(n))
	})
	storm.Wait()
	most := s.use()
	after := s.recovered(r, before)
	s.must(s.login(t.Context()))
	stop()
	people.Wait()
	s.judge(r, before, most, after)
}

// endsAll wants all connections that say nothing any more to be ended.
func (s *storm) endsAll(r *record, what string, each int, says func(string) string, within time.Duration) {
	opened, ended := s.slow(each, says, within)
	r.ends(what+" that never end", opened, ended, within)
}

// ends wants all connections to have been ended.
func (r *record) ends(what string, opened, ended int64, within time.Duration) {
	r.note(opened, 0)
	if ended != opened {
		r.broke("%d of %d connections with %s were not closed within %s", opened-ended, opened, what, within)
	}
}

// note adds what was tried, and what came of it that must not.
func (r *record) note(tried, letIn int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Tried, r.Succeeded = r.Tried+int(tried), r.Succeeded+int(letIn)
}

// refused adds requests of which a limit let the rest through.
func (r *record) refused(tried, refused int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Tried, r.Allowed, r.Refused = r.Tried+int(tried), r.Allowed+int(tried-refused), r.Refused+int(refused)
}

const (
	mostDelay  = 5 * time.Second // of 19 good logins in 20, on two processors that the flood and other tests share
	mostMemory = 200 << 20       // more than before, of server and mobile-api together
)

func (s *storm) judge(r *record, before, most, after use) {
	s.Helper()
	if r.Succeeded > 0 {
		r.broke("%d forged requests were let in", r.Succeeded)
	}
	if counted := int(s.metric(s.MobileAPI, "jawort_source_refusals_total")); counted != r.Refused || counted == 0 {
		r.broke("%d requests from one address were refused, and %d are counted", r.Refused, counted)
	}
	if len(s.failed) > 0 {
		r.broke("%d of %d good logins failed: %v", len(s.failed), len(s.delays), errors.Join(s.failed...))
	}
	if d := s.slowest(); d > mostDelay {
		r.broke("one good login in twenty took more than %s", d)
	}
	if grown := max(most.resident, after.resident) - before.resident; grown > mostMemory {
		r.broke("the processes grew by %d MiB", grown>>20)
	}
	r.Computed, r.Measured = mostDelay.Seconds(), s.slowest().Seconds()
	s.Logf("%d good logins, 95 %% within %s; before %+v, at the end of the flood %+v, afterwards %+v; %d refused for their source",
		len(s.delays), s.slowest(), before, most, after, r.Refused)
}
