// Package waiting holds the sockets of browsers that only wait, in a process of their own: because of the limit of open files,
// and so that their memory is nobody else's. Both ends of the pipe between the two are here.
package waiting

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/client/browser"
)

// opening bounds how many handshakes are under way at once.
const opening = 64

const (
	holdMark  = "hold"
	countMark = "count"
)

// Serve holds the sockets that the owner names, until the owner closes in.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancel(ctx)
	h := &holder{doors: make(chan struct{}, opening)}
	defer h.pages.Wait()
	defer stop()
	for lines := bufio.NewScanner(in); lines.Scan(); {
		words := strings.Split(lines.Text(), " ")
		switch {
		case words[0] == holdMark && len(words) == 4:
			h.begun.Add(1)
			h.pages.Go(func() { h.hold(ctx, browser.Page{URL: words[1], Ticket: words[2], Origin: words[3], Dialer: dialer()}) })
		case words[0] == countMark:
			h.begun.Wait()
			if _, err := fmt.Fprintln(out, h.open.Load()); err != nil {
				return err
			}
		default:
			return fmt.Errorf("waiting: unreadable line of %d words", len(words))
		}
	}
	return nil
}

// holder counts the pages that wait.
type holder struct {
	doors chan struct{}
	begun sync.WaitGroup // until each page has its first state or has failed
	pages sync.WaitGroup
	open  atomic.Int64
}

func (h *holder) hold(ctx context.Context, p browser.Page) {
	h.doors <- struct{}{}
	inside := sync.OnceFunc(func() { <-h.doors; h.begun.Done() })
	defer inside()
	shown := false
	for _, err := range p.Watch(ctx) {
		if err != nil {
			break
		}
		if !shown {
			shown = true
			h.open.Add(1)
			inside()
		}
	}
	if shown {
		h.open.Add(-1)
	}
}

func dialer() *websocket.Dialer {
	return &websocket.Dialer{NetDialContext: (&net.Dialer{}).DialContext, ReadBufferSize: 512, WriteBufferSize: 256}
}
