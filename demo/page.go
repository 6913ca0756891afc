package demo

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jawort/jawort/client/browser"
)

// page is the browser of the played login.
type page struct {
	next  func() (browser.State, error, bool)
	close func()
}

func newPage(ctx context.Context, b browser.Page) *page {
	next, stop := iter.Pull2(b.Watch(ctx))
	return &page{next: next, close: stop}
}

func (p *page) told() (browser.State, error) {
	s, err, ok := p.next()
	if !ok {
		err = errors.New("demo: the page was told nothing more")
	}
	return s, err
}

// number returns what the page shows first.
func (p *page) number() (string, error) {
	s, err := p.told()
	if err == nil && s.Number == "" {
		err = fmt.Errorf("demo: the page was told %q and no number", s.Status)
	}
	return s.Number, err
}

// approved waits for the end.
func (p *page) approved() error {
	for {
		s, err := p.told()
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
