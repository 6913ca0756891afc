package journeys_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/jawort/jawort/client"
)

func TestThePhoneOfAFirstLoginIsAskedAtOnce(t *testing.T) {
	h := newHouse(t)
	first := h.ask() // nobody has a phone yet
	if first.Activate == nil {
		t.Fatalf("not a first login: %+v", first)
	}
	p := h.newPhone("Ada")
	e := h.linkOf(first)
	p.Go(e.Link)
	p.register()
	h.onPage(first, "/enrolments/"+e.ID+"/confirm", map[string]string{"code": p.digits()}, nil)
	p.number(first.Number)
	p.Heading("Confirmed")
	h.want(first, client.Approved)
	p.Click(".close")
	p.WantText(".cards", "Office South")
}

// linkOf is what the waiting page of a first login shows.
func (h *house) linkOf(first client.Approval) (e client.Enrolment) {
	h.Helper()
	h.onPage(first, "/enrolments", nil, &e)
	return e
}

// onPage calls the server as the page that waits for an approval does: with nothing but its ticket.
func (h *house) onPage(a client.Approval, path string, body, answer any) {
	h.Helper()
	var sent bytes.Buffer
	if body != nil {
		h.must(json.NewEncoder(&sent).Encode(body))
	}
	r, err := http.NewRequestWithContext(h.Context(), http.MethodPost, h.config.Server.PublicURL+"/v1/approvals/"+a.ID+path, &sent)
	h.must(err)
	r.Header.Set("Authorization", "Bearer "+a.Socket.Ticket)
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	h.must(err)
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		h.Fatalf("%s: %s", path, res.Status)
	}
	if answer != nil {
		h.must(json.NewDecoder(res.Body).Decode(answer))
	}
}
