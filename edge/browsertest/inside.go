package browsertest

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Inside evaluates an expression in the running service worker of an origin, and waits for a promise. A worker that was
// looked into keeps running until the tab ends or stops it.
func Inside[T any](w *Worker, origin, expression string) T {
	w.tab.Helper()
	ctx, cancel := context.WithTimeout(w.inside(origin), Patience)
	defer cancel()
	var value T
	if err := chromedp.Run(ctx, chromedp.Evaluate(expression, &value, awaited)); err != nil {
		w.tab.Fatalf("browser: in the worker of %s: %v", origin, err)
	}
	return value
}

// Stop ends all workers of the tab's profile, as a browser does with those that have nothing to do. The next event starts them.
func (w *Worker) Stop() {
	w.tab.Helper()
	w.running = nil
	w.tab.run(serviceworker.StopAllWorkers())
}

// inside returns the context of the running worker.
func (w *Worker) inside(origin string) context.Context {
	w.tab.Helper()
	if w.running == nil {
		w.running, _ = chromedp.NewContext(w.tab.ctx, chromedp.WithTargetID(w.find(origin))) // it ends with the tab
		if err := chromedp.Run(w.running); err != nil {
			w.tab.Fatalf("browser: the worker of %s: %v", origin, err)
		}
	}
	return w.running
}

// find waits until the worker runs.
func (w *Worker) find(origin string) target.ID {
	w.tab.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(Patience); time.Now().Before(late); <-tick.C {
		for _, one := range w.tab.targets() {
			if one.Type == "service_worker" && strings.HasPrefix(one.URL, origin+"/") {
				return one.TargetID
			}
		}
	}
	w.tab.Fatalf("browser: no worker of %s runs", origin)
	return ""
}

// targets are what runs in the tab's profile.
func (tab *Tab) targets() (own []*target.Info) {
	tab.Helper()
	tab.run(chromedp.ActionFunc(func(ctx context.Context) error {
		all, err := target.GetTargets().Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
		for _, one := range all {
			if one.BrowserContextID == tab.profile {
				own = append(own, one)
			}
		}
		return err
	}))
	return own
}
