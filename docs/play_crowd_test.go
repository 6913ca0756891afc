package docs_test

import (
	"net/http"

	"github.com/jawort/jawort/phone"
)

// playCrowd has one more wait for the same than may.
func (h *house) playCrowd() {
	ctx := h.Context()
	a := h.ask()
	h.crowd("/v1/approvals/"+a.ID, func() { h.must(h.client.CancelApproval(ctx, a.ID)) })
	e, err := h.client.StartEnrolment(ctx, "AB1234")
	h.must(err)
	h.crowd("/v1/enrolments/"+e.ID, func() {
		_, err := phone.New(phone.Options{HTTPClient: h.http}).Enrol(ctx, e.Link, "Dora", "Dora's phone", nil)
		h.must(err)
	})
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
