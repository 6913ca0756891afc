package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/jawort/jawort/client/browser"
)

// page is the browser of the played login.
type page struct {
	states chan browser.State
	stop   context.CancelFunc
	done   chan error
}

func newPage(ctx context.Context, b browser.Page) *page {
	ctx, stop := context.WithCancel(ctx)
	p := &page{states: make(chan browser.State), stop: stop, done: make(chan error, 1)}
	go func() {
		defer close(p.states)
		for s, err := range b.Watch(ctx) {
			if err != nil {
				p.done <- err
				return
			}
			select {
			case p.states <- s:
			case <-ctx.Done():
				return
			}
		}
	}()
	return p
}

func (p *page) close() {
	p.stop()
	for range p.states { // until the watcher has gone
	}
}

func (p *page) next(ctx context.Context) (browser.State, error) {
	select {
	case s, ok := <-p.states:
		if ok {
			return s, nil
		}
		select {
		case err := <-p.done:
			return s, err
		default:
			return s, errors.New("demo: the page was told nothing more")
		}
	case <-ctx.Done():
		return browser.State{}, context.Cause(ctx)
	}
}

// number returns what the page shows first.
func (p *page) number(ctx context.Context) (string, error) {
	s, err := p.next(ctx)
	if err == nil && s.Number == "" {
		err = fmt.Errorf("demo: the page was told %q and no number", s.Status)
	}
	return s.Number, err
}

// approved waits for the end.
func (p *page) approved(ctx context.Context) error {
	for {
		s, err := p.next(ctx)
		if err != nil {
			return err
		}
		if s.Status == "approved" {
			return nil
		}
		if s.Ended() {
			return fmt.Errorf("demo: the page was told %q", s.Status)
		}
	}
}
