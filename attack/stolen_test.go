package attack_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// withTicketOf makes a page's call about something of one's own with the ticket of another tenant's page, and with a forged one.
func (s *settled) withTicketOf(t *testing.T, b *settled, o operation, w try) (tried int) {
	t.Helper()
	if !o.takes("ticket") || s.tickets[w.ids[0]] == "" {
		return 0
	}
	r := o.fill(w, w.slots(), all(own, w), s.ids, nil)
	want := s.ask("jt_"+strings.Repeat("A", len(b.tickets["approval"])-3), r.method, r.path, r.body)
	got := s.ask(b.tickets[w.ids[0]], r.method, r.path, r.body)
	if got.status != http.StatusNotFound && shape(got, r) != shape(want, r) {
		t.Errorf("%s %s with a foreign ticket: %d %s, want as with a forged one: %d %s", r.method, r.path, got.status, got.body, want.status, want.body)
	}
	b.silent(t, got, r)
	return 1
}

func all(one whose, w try) []whose {
	every := make([]whose, len(w.slots()))
	for i := range every {
		every[i] = one
	}
	return every
}

// withTokenOf makes a phone's call about something of another phone with that phone's token and its own key, and with a forged token.
func (s *settled) withTokenOf(t *testing.T, b *settled, o operation, w try) (tried int) {
	t.Helper()
	if !o.onPhone || !o.takes("installationToken") {
		return 0
	}
	r := o.fill(w, w.slots(), all(foreign, w), nil, func(kind string) string { return b.ids[kind] })
	defer func() { s.phone.Prover.Token = "" }()
	s.phone.Prover.Token = "jwi_" + strings.Repeat("A", 43)
	want := s.phone.ask(s.house, r.method, r.path, r.body)
	s.phone.Prover.Token = strings.TrimPrefix(b.phone.tap.answer("GET /v1/notices").credential, "DPoP ")
	got := s.phone.ask(s.house, r.method, r.path, r.body)
	if got.status != http.StatusUnauthorized || shape(got, r) != shape(want, r) {
		t.Errorf("%s %s with a stolen token: %d %s, want as with a forged one: %d %s", r.method, r.path, got.status, got.body, want.status, want.body)
	}
	b.silent(t, got, r)
	return 1
}

// unharmed wants what the tenant has to be as it was: nothing that was tried with its own ids may have come to anything.
func (s *settled) unharmed() {
	s.Helper()
	for _, kind := range []string{"approval", "first"} {
		if status := s.get(s.key, "GET", "/v1/approvals/"+s.ids[kind], "")["status"]; status != "pending" {
			s.Errorf("the approval %s of the attacker is %v", kind, status)
		}
	}
	if a := s.phone.ask(s.house, "GET", "/v1/devices", nil); a.status != http.StatusOK {
		s.Errorf("the attacker's phone: %d %s", a.status, a.body)
	}
}

// openSockets wants every mixture of ticket and approval that do not belong together to end as with a bad ticket.
func (s *settled) openSockets(b *settled) {
	s.Helper()
	s.socketOf(s.ids["approval"], b.tickets["approval"])
	s.socketOf(unknown(b.ids["approval"]), b.tickets["approval"])
	s.socketOf(b.ids["approval"], s.tickets["approval"])
}

func (h *house) socketOf(approval, ticket string) {
	h.Helper()
	d := websocket.Dialer{Subprotocols: []string{"jawort.v1", "ticket." + ticket}}
	conn, resp, err := d.DialContext(h.Context(), strings.Replace(h.url, "http", "ws", 1)+"/v1/approvals/"+approval+"/socket", http.Header{"Origin": {origin}})
	if resp == nil {
		h.Fatal(err)
	}
	if conn == nil {
		h.Errorf("socket of %s: %d", approval, resp.StatusCode)
		return
	}
	defer conn.Close()
	if _, said, err := conn.ReadMessage(); !websocket.IsCloseError(err, 4401) {
		h.Errorf("socket of %s with a foreign ticket: %s %v, want close 4401", approval, said, err)
	}
}
