package server_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server"
)

func TestASocketSelectsItsProtocolAndHidesTheTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	p := i.wait(c)
	p.next()
	ticket := c.text("socket", "ticket")
	if got := p.resp.Header.Get("Sec-WebSocket-Protocol"); got != "jawort.v1" {
		t.Errorf("selected %q", got)
	}
	for name, values := range p.resp.Header {
		if strings.Contains(strings.Join(values, ""), ticket) {
			t.Errorf("the ticket is echoed in %s", name)
		}
	}
	i.eventually(func() bool { return strings.Contains(i.log.String(), `"route":"GET /v1/approvals/{id}/socket"`) })
	if strings.Contains(i.log.String(), ticket) {
		t.Error("the ticket is logged")
	}
}

func TestABadTicketIsToldByTheCloseCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c, other := i.create("4711"), i.create("4711")
	old := i.create("4711").text("socket", "ticket")
	for name, tc := range map[string]struct{ id, ticket string }{
		"none":                {c.text("id"), ""},
		"forged":              {c.text("id"), "jt_AAAA"},
		"of another approval": {c.text("id"), other.text("socket", "ticket")},
		"an API key":          {c.text("id"), w.key},
		"for nonsense":        {"apr_x", c.text("socket", "ticket")},
	} {
		p, err := i.open(tc.id, tc.ticket, origin)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if code := p.closed(); code != 4401 {
			t.Errorf("%s: closed with %d", name, code)
		}
	}
	p, err := i.openWith(c.text("id"), []string{"jawort.v1"}, origin)
	w.must(err)
	if code := p.closed(); code != 4401 {
		t.Errorf("no ticket protocol: closed with %d", code)
	}
	w.advance(10 * time.Minute)
	p, err = i.open(c.text("id"), old, origin)
	w.must(err)
	if code := p.closed(); code != 4401 {
		t.Errorf("expired: closed with %d", code)
	}
}

func TestASocketIsForPagesOfTheApplicationOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	for name, from := range map[string]string{
		"no origin": "", "another origin": "https://evil.example", "null": "null", "the same host as http": "http://login.example",
		"a longer host": origin + ".evil.example", "a port more": origin + ":444",
	} {
		p, err := i.open(c.text("id"), c.text("socket", "ticket"), from)
		if !errors.Is(err, websocket.ErrBadHandshake) || p.resp.StatusCode != 403 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := i.open(c.text("id"), "", ""); !errors.Is(err, websocket.ErrBadHandshake) || p.resp.StatusCode != 403 {
		t.Errorf("neither origin nor ticket: %v", err)
	}
	if _, err := i.openWith(c.text("id"), []string{"ticket." + c.text("socket", "ticket")}, origin); !errors.Is(err, websocket.ErrBadHandshake) {
		t.Errorf("without jawort.v1: %v", err)
	}
	i.call("GET", "/v1/approvals/"+c.text("id")+"/socket", nil).want(400, "websocket-expected")
	half := func(r *http.Request) {
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
		r.Header.Set("Origin", origin)
		r.Header.Set("Sec-WebSocket-Protocol", "jawort.v1, ticket."+c.text("socket", "ticket"))
	}
	i.call("GET", "/v1/approvals/"+c.text("id")+"/socket", nil, half).want(400, "websocket-expected")
}

func TestAPageThatComesBackAfterTheEndIsToldTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	_, err := w.decide(phone, c.text("id"), approval.Report)
	w.must(err)
	for range 2 {
		p := i.wait(c)
		if f := p.next(); f.Status != "reported" || f.Method != "" {
			t.Errorf("frame %+v", f)
		}
		if code := p.closed(); code != 1000 {
			t.Errorf("closed with %d", code)
		}
	}
}

func TestAllPagesOfAnApprovalAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	c, bystander := i.create("4711"), i.create("4711")
	pages := []page{i.wait(c), i.wait(c), i.wait(c)}
	other := i.wait(bystander)
	other.until("pending")
	_, err := w.decide(phone, c.text("id"), approval.Approve)
	w.must(err)
	for _, p := range pages {
		p.until("approved")
	}
	i.call("POST", "/v1/approvals/"+bystander.text("id")+"/cancel", nil).want(200, "")
	if f := other.next(); f.Status != "cancelled" {
		t.Errorf("a page was told of another approval: %+v", f)
	}
}

func TestAClientThatTalksIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	for name, tc := range map[string]struct {
		send func(*websocket.Conn)
		code int
	}{
		"a text":   {func(c *websocket.Conn) { _ = c.WriteMessage(websocket.TextMessage, []byte("hello")) }, 1008},
		"a binary": {func(c *websocket.Conn) { _ = c.WriteMessage(websocket.BinaryMessage, []byte{1}) }, 1008},
		"a lot": {func(c *websocket.Conn) {
			_ = c.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("x", 100_000)))
		}, 1009},
		"pings without end": {func(c *websocket.Conn) {
			for range 1000 {
				if c.WriteControl(websocket.PingMessage, nil, time.Now().Add(patient)) != nil {
					return
				}
			}
		}, 1008},
	} {
		p := i.wait(c)
		p.next()
		tc.send(p.conn)
		// What a flooding client still has under way can reset the connection before it reads the code.
		for err := error(nil); err == nil; {
			_, err = p.read()
			var closed *websocket.CloseError
			if errors.As(err, &closed) && closed.Code != tc.code && closed.Code != websocket.CloseAbnormalClosure {
				t.Errorf("%s: closed with %d", name, closed.Code)
			}
		}
	}
	i.eventually(func() bool { return i.gauge("jawort_hub_sockets") == 0 })
	if got := i.call("GET", "/v1/approvals/"+c.text("id"), nil).want(200, ""); got.text("status") != "pending" {
		t.Errorf("talking changed the approval: %s", got.raw)
	}
}

func TestASilentPeerIsDroppedAndALivingOneKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	q := ask("4711")
	q["expires_in"] = 600
	c := i.call("POST", "/v1/approvals", q).want(201, "")
	alive, half := i.wait(c), i.wait(c)
	alive.next()
	half.next() // and never again: nobody answers its pings
	pinged := make(chan struct{}, 100)
	answer := alive.conn.PingHandler()
	alive.conn.SetPingHandler(func(data string) error {
		defer func() { pinged <- struct{}{} }()
		return answer(data)
	})
	told := make(chan error, 1)
	go func() {
		_, err := alive.read()
		told <- err
	}()
	round := func() {
		for range 25 {
			w.advance(time.Second)
			i.ticks.fire(time.Second)
		}
	}
	for range 3 {
		round()
		select {
		case <-pinged:
		case err := <-told:
			t.Fatalf("the living page was told %v", err)
		case <-time.After(patient):
			t.Fatal("no ping in a round of 25 s")
		}
	}
	i.eventually(func() bool { return i.gauge("jawort_hub_sockets") == 1 })
	_, err := half.read()
	for err == nil {
		_, err = half.read()
	}
	i.call("POST", "/v1/approvals/"+c.text("id")+"/cancel", nil).want(200, "")
	if err := <-told; err != nil {
		t.Errorf("the living page: %v", err)
	}
}

func TestAPeerThatReadsNothingHoldsUpNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	stuck, well := w.addPhone(w.app, "1", "phone"), w.addPhone(w.app, "2", "phone")
	var asked []answer
	for range 3 {
		c := i.create("1")
		for range 8 { // in all more than there are writers
			i.wait(c)
		}
		asked = append(asked, c)
	}
	quick := i.create("2")
	p := i.wait(quick)
	p.until("pending")
	for _, c := range asked {
		_, err := w.decide(stuck, c.text("id"), approval.Approve)
		w.must(err)
	}
	_, err := w.decide(well, quick.text("id"), approval.Approve)
	w.must(err)
	p.until("approved")
}

func TestALostWakeUpIsMadeUpForByTheNextRound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	i.ticks.done(5 * time.Second) // it knows the time
	p := i.wait(c)
	p.until("pending")
	i.ticks.done(5 * time.Second) // and has re-read whoever joined
	_, err := w.decideSilently(phone, c.text("id"), approval.Approve)
	w.must(err)
	i.ticks.fire(5 * time.Second)
	p.until("approved")
}

func TestAServerThatIsFullSendsPagesAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve(func(o *server.Options) { o.MaxSockets = 2 })
	w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	first := i.wait(c)
	first.next()
	i.wait(c).next()
	if code := i.wait(c).closed(); code != 1013 {
		t.Errorf("closed with %d", code)
	}
	_ = first.conn.Close()
	i.eventually(func() bool { return i.gauge("jawort_hub_sockets") == 1 })
	i.wait(c).next()
}

func TestAServerThatEndsAsksItsPagesToComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i, other := w.serve(), w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	c := i.create("4711")
	p := i.wait(c)
	p.until("pending")
	ended := make(chan struct{})
	go func() {
		i.kill()
		close(ended)
	}()
	if code := p.closed(); code != 1012 {
		t.Errorf("closed with %d", code)
	}
	<-ended
	_, err := w.decide(phone, c.text("id"), approval.Approve)
	w.must(err)
	other.wait(c).until("approved")
}

func TestATicketOpensFewSocketsAndLeavesTheOthersTheirs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve(func(o *server.Options) { o.MaxSockets = 10 })
	w.addPhone(w.app, "4711", "phone")
	greedy, other := i.create("4711"), i.create("4711")
	pages := make([]page, 8)
	for n := range pages {
		pages[n] = i.wait(greedy)
		pages[n].until("pending")
	}
	for range 5 {
		if code := i.wait(greedy).closed(); code != 1013 {
			t.Errorf("closed with %d", code)
		}
	}
	i.wait(other).until("pending")
	_ = pages[0].conn.Close()
	i.eventually(func() bool { return i.gauge("jawort_hub_sockets") == 8 })
	i.wait(greedy).until("pending")
}
