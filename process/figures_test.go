package process_test

import (
	"maps"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/figures"
	"github.com/jawort/jawort/process"
)

func TestWhatAProcessCountsStandsAmongTheFiguresOfItsInstallation(t *testing.T) {
	t.Parallel()
	looks := make(chan time.Time)
	var ahead atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	p := newPerson(t, func(o *process.Options) {
		o.Now = now
		o.Tick = func(d time.Duration) (<-chan time.Time, func()) {
			if d == figures.Look {
				return looks, func() {}
			}
			tick := time.NewTicker(d)
			return tick.C, tick.Stop
		}
	})
	first := now().Truncate(figures.Every)
	look := func() {
		for range 2 {
			looks <- time.Time{}
		}
	}
	look()
	open := p.asked()
	if status, body := p.ask(p.app, http.MethodPost, "/v1/approvals/"+open+"/cancel", ""); status/100 != 2 {
		t.Fatalf("cancel: %d %s", status, body)
	}
	want := figures.Values{figures.Created: 1, figures.Ended("cancelled"): 1}
	for late := time.Now().Add(30 * time.Second); ; {
		ahead.Add(int64(figures.Every))
		look()
		points, err := p.Live().Figures(t.Context(), first, figures.Newest(now()))
		p.must(err)
		got := figures.Values{}
		for _, point := range points {
			for name := range want {
				got[name] += point.Values[name]
			}
		}
		if maps.Equal(got, want) {
			return
		}
		if time.Now().After(late) {
			t.Fatalf("counted %v, want %v", got, want)
		}
	}
}
