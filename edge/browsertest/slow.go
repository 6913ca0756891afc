package browsertest

import (
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Slow is how much worse a phone and its network are than this machine.
type Slow struct {
	CPU       float64       // times slower
	RoundTrip time.Duration // at least, for each request
	Bits      float64       // per second, each way
}

func (s Slow) network() chromedp.Action {
	bytes := s.Bits / 8
	return network.EmulateNetworkConditions(false, float64(s.RoundTrip.Milliseconds()), bytes, bytes)
}

// Slow makes the tab's pages as slow as that.
func (tab *Tab) Slow(s Slow) {
	tab.Helper()
	tab.run(emulation.SetCPUThrottlingRate(s.CPU), s.network())
}

// Slow makes what the running worker of an origin fetches as slow as that. Chromium slows the processor for pages only.
func (w *Worker) Slow(origin string, s Slow) {
	w.tab.Helper()
	if err := chromedp.Run(w.inside(origin), s.network()); err != nil {
		w.tab.Fatalf("browser: %v", err)
	}
}
