package browsertest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/backgroundservice"
	"github.com/chromedp/cdproto/serviceworker"
	"github.com/chromedp/chromedp"
)

// Worker is the service worker of a profile, as the push service of a browser reaches it.
type Worker struct {
	tab    *Tab
	mu     sync.Mutex
	scopes map[string]serviceworker.RegistrationID
	found  chan struct{}
	done   chan serviceworker.RegistrationID // pushes that a worker is through with

	running context.Context // of the worker itself, once somebody has looked into it
}

// Worker follows the service workers of the tab's profile. Call it before the page registers one. The tab
// must stay open; pages that are woken may be closed.
func (tab *Tab) Worker() *Worker {
	tab.Helper()
	w := &Worker{tab: tab, scopes: map[string]serviceworker.RegistrationID{}, found: make(chan struct{}, 1), done: make(chan serviceworker.RegistrationID, 8)}
	chromedp.ListenTarget(tab.ctx, w.hear)
	tab.run(serviceworker.Enable(), backgroundservice.StartObserving(pushes), backgroundservice.SetRecording(true, pushes))
	return w
}

const pushes = backgroundservice.ServiceNamePushMessaging

func (w *Worker) hear(event any) {
	switch e := event.(type) {
	case *serviceworker.EventWorkerRegistrationUpdated:
		w.registered(e)
	case *backgroundservice.EventBackgroundServiceEventReceived:
		if e.BackgroundServiceEvent.EventName == "Push event completed" {
			w.done <- e.BackgroundServiceEvent.ServiceWorkerRegistrationID
		}
	}
}

func (w *Worker) registered(e *serviceworker.EventWorkerRegistrationUpdated) {
	w.mu.Lock()
	for _, r := range e.Registrations {
		if r.IsDeleted {
			delete(w.scopes, r.ScopeURL)
		} else {
			w.scopes[r.ScopeURL] = r.RegistrationID
		}
	}
	w.mu.Unlock()
	select {
	case w.found <- struct{}{}:
	default:
	}
}

// Deliver hands the worker of an origin the decrypted data of a push, and waits until it is through with it: Chromium loses a
// notification that a page asks for at the moment when it is being shown.
func (w *Worker) Deliver(origin, data string) {
	w.tab.Helper()
	id, err := w.registration(origin + "/")
	if err != nil {
		w.tab.Fatalf("browser: %v", err)
	}
	w.tab.run(serviceworker.DeliverPushMessage(origin, id, data))
	for late := time.After(Patience); ; {
		select {
		case done := <-w.done:
			if done == id {
				return
			}
		case <-late:
			w.tab.Fatalf("browser: the worker of %s is not through with a push", origin)
		}
	}
}

func (w *Worker) registration(scope string) (serviceworker.RegistrationID, error) {
	ctx, cancel := context.WithTimeout(w.tab.ctx, Patience)
	defer cancel()
	for {
		w.mu.Lock()
		id, ok := w.scopes[scope]
		w.mu.Unlock()
		if ok {
			return id, nil
		}
		select {
		case <-w.found:
		case <-ctx.Done():
			return "", fmt.Errorf("no service worker for %s: %w", scope, ctx.Err())
		}
	}
}
