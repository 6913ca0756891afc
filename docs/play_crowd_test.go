package docs_test

import (
	"context"
	"net/http"
	"time"

	"github.com/jawort/jawort/phone"
)

// playCrowd has one more wait for the same than may.
func (h *house) playCrowd() {
	ctx := h.Context()
	a := h.ask()
	h.crowd("/v1/approvals/"+a.ID, func() { h.must(h.client.CancelApproval(ctx, a.ID)) })
	e, err := h.client.Enrol(ctx, byOperator("AB1234"))
	h.must(err)
	h.crowd("/v1/enrolments/"+e.ID, func() {
		_, err := phone.New(phone.Options{HTTPClient: h.http}).Enrol(ctx, e.Link, "Dora", "Dora's phone", nil)
		h.must(err)
	})
	h.phoneCrowd(h.enrol("AB1234", "Emil"))
}

// phoneCrowd wants one of nine long-polls of a phone to be sent away.
func (h *house) phoneCrowd(p *phone.Phone) {
	ctx, cancel := context.WithCancel(h.Context())
	defer cancel()
	const all = 9
	refused := make(chan string, all)
	for range all {
		go func() {
			_, err := p.Pending(ctx, time.Minute, nil)
			refused <- phone.Code(err)
		}()
	}
	if first := <-refused; first != "too-many-waiting" {
		h.Errorf("the first of nine long-polls of a phone ended with %q", first)
	}
}

// crowd wants one of nine to be sent away while the others wait until something happens.
func (h *house) crowd(path string, happens func()) {
	h.Helper()
	const all = 9
	statuses := make(chan int, all)
	for range all {
		go func() { statuses <- h.poll(path) }()
	}
	if first := <-statuses; first != http.StatusTooManyRequests {
		h.Errorf("%s: the first answer is %d", path, first)
	}
	happens()
	for range all - 1 {
		if status := <-statuses; status != http.StatusOK {
			h.Errorf("%s: who waited got %d", path, status)
		}
	}
}

// poll returns the status; 0 where there was no answer.
func (h *house) poll(path string) int {
	r, err := http.NewRequestWithContext(h.Context(), http.MethodGet, h.url+path+"?wait=60", nil)
	if err != nil {
		return 0
	}
	bearer(h.key)(r)
	resp, err := h.http.Do(r)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
