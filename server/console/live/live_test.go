package live_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/console/consoletest"
)

// counted puts figures into the newest bucket, and how many browsers wait into those that follow: time goes on.
func counted(h *consoletest.House, sums figures.Values) {
	h.Helper()
	newest := figures.Newest(h.Now())
	for n := range 6 {
		h.Must(h.Process.Live().AddFigures(h.Context(), newest.Add(time.Duration(n)*figures.Every), figures.Sheet{Process: "prc_test", Sums: sums}))
		sums = figures.Values{figures.Sockets: sums[figures.Sockets]}
	}
}

func TestTheLivePageShowsWhatAllProcessesCount(t *testing.T) {
	h := consoletest.New(t)
	counted(h, figures.Values{figures.Created: 90, figures.Sockets: 321, figures.Errors: 7, "push.fcm.delivered": 41, "push.apns.failed": 17, "ended.denied": 13})
	for _, role := range operator.Roles {
		page := h.In(role, "").Get("/console/live").Want(http.StatusOK)
		page.Says(`data-figure="created">1.5<`, `data-figure="sockets">321<`, `data-figure="errors">7<`, `data-figure="push.fcm.delivered">41<`,
			`data-figure="push.apns.failed">17<`, `data-figure="ended.denied">13<`, "<polyline", "Firebase (Android)")
	}
}

func TestItsFiguresFollowWithoutThePage(t *testing.T) {
	h := consoletest.New(t)
	counted(h, figures.Values{figures.Sockets: 321})
	page := h.In(operator.Support, "").Get("/console/live/figures").Want(http.StatusOK)
	var answer struct{ Texts, Lines map[string]string }
	h.Must(json.Unmarshal([]byte(page.Text), &answer))
	if answer.Texts["sockets"] != "321" || answer.Texts["sockets.most"] != "321" || answer.Lines["sockets"] == "" || answer.Texts["ended.approved"] != "0" {
		t.Errorf("%v", answer)
	}
}

func TestAQueueThatNobodyEmptiesShowsItsAge(t *testing.T) {
	h := consoletest.New(t) // without pushgw
	h.Phone("Ada")
	_, err := h.Client.CreateApproval(h.Context(), client.Request{Account: consoletest.Login, Browser: client.Browser{IP: "203.0.113.8"}})
	h.Must(err)
	h.Pass(20 * time.Second)
	h.In(operator.Support, "").Get("/console/live").Says(`data-figure="queue_jobs">1<`, `data-figure="queue_age">2`)
}

// What others' logins come to is none of an operator's of one tenant.
func TestAnOperatorOfOneTenantSeesNothingOfAnother(t *testing.T) {
	h := consoletest.New(t)
	other := h.NewService("Other AG")
	counted(h, figures.Values{figures.Created: 90, figures.Sockets: 321, "push.fcm.delivered": 41, "ended.denied": 13})
	for s, n := range map[*consoletest.Service]int{h.Service: 1, other: 3} {
		s.Phone("Ada")
		for range n {
			a, err := s.Client.CreateApproval(h.Context(), client.Request{Account: consoletest.Login, Browser: client.Browser{IP: "203.0.113.8"}})
			h.Must(err)
			h.Must(s.Client.CancelApproval(h.Context(), a.ID))
		}
	}
	for _, role := range operator.Roles {
		p := h.In(role, h.Tenant.ID)
		p.Get("/console/live").Want(http.StatusOK).Says(`data-figure="ended.cancelled">1<`, `data-figure="queue_age"`).Silent("321", ">41<", ">13<", "Firebase")
		p.Get("/console/live/figures").Want(http.StatusOK).Silent("321", "push.", "created", "sockets")
	}
}

func TestWithoutRedisThePageSaysSoAndIsThere(t *testing.T) {
	h := consoletest.New(t)
	p := h.In(operator.Support, "")
	h.Must(h.Process.Live().Close())
	p.Get("/console/live").Want(http.StatusOK).Says("Redis does not answer")
	p.Get("/console/live/figures").Want(http.StatusOK)
}

func TestWhoIsNotSignedInSeesNoFigures(t *testing.T) {
	h := consoletest.New(t)
	resp, err := http.Get(h.URL + "/console/live/figures")
	h.Must(err)
	defer resp.Body.Close()
	if resp.Request.URL.Path != "/console/sign-in" {
		t.Errorf("%s answers %d", resp.Request.URL, resp.StatusCode)
	}
}
