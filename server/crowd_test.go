package server_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
)

// polls are how many long-polls have ever waited.
func (s *ticks) polls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.channels[4*time.Second])
}

func TestFewLongPollsWaitForOneApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	phone := w.addPhone(w.app, "4711", "phone")
	c, other := i.create("4711"), i.create("4711")
	path, ticket := "/v1/approvals/"+c.text("id"), bearer(c.text("socket", "ticket"))
	answers := make(chan answer, 9)
	poll := func(path string) {
		go func() {
			a, err := i.try("GET", path+"?wait=60", nil)
			if err != nil {
				a = answer{raw: []byte(err.Error())}
			}
			answers <- a
		}()
	}
	for range 8 {
		poll(path)
	}
	i.eventually(func() bool { return i.ticks.polls() == 8 })
	for _, who := range []option{ticket, bearer(w.key)} {
		if a := i.call("GET", path+"?wait=60", nil, who).want(429, "too-many-waiting"); a.header.Get("Retry-After") == "" {
			t.Errorf("no Retry-After: %v", a.header)
		}
		i.call("GET", path, nil, who).want(200, "")
	}
	poll("/v1/approvals/" + other.text("id"))
	i.eventually(func() bool { return i.ticks.polls() == 9 })
	for _, asked := range []answer{c, other} {
		_, err := w.decide(phone, asked.text("id"), approval.Approve)
		w.must(err)
	}
	for range cap(answers) {
		if a := <-answers; a.status != 200 || a.text("status") != "approved" {
			t.Errorf("%d %s", a.status, a.raw)
		}
	}
	i.call("GET", path+"?wait=60", nil).want(200, "")
}

func TestWhoHasWaitedLeavesRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.serve()
	w.addPhone(w.app, "4711", "phone")
	path := "/v1/approvals/" + i.create("4711").text("id")
	answers := make(chan answer, 16)
	for range cap(answers) / 8 {
		for range 8 {
			go func() {
				a, err := i.try("GET", path+"?wait=1", nil)
				if err != nil {
					a = answer{raw: []byte(err.Error())}
				}
				answers <- a
			}()
		}
		for range 8 {
			if a := <-answers; a.status != 200 || a.text("status") != "pending" {
				t.Errorf("%d %s", a.status, a.raw)
			}
		}
	}
}
