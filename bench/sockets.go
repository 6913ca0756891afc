package bench

import (
	"context"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/client/browser"
)

const (
	// perAccount is how many questions of one application may be open for an account.
	perAccount = 3
	// waitingLife is how long a question lives at most, and so a socket that waits for it.
	waitingLife = 10 * time.Minute
	asking      = 64 // at once
)

// waitingPages asks questions that nobody answers, for the accounts prefix0, prefix1 and so on, and returns their pages.
func (l *Load) waitingPages(ctx context.Context, prefix string, count int) ([]browser.Page, error) {
	pages := make([]browser.Page, count)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(asking)
	for i := range pages {
		g.Go(func() error {
			a, err := l.service.CreateApproval(ctx, client.Request{
				Account: prefix + strconv.Itoa(i/perAccount), Browser: client.Browser{IP: address, UserAgent: userAgent}, ExpiresIn: waitingLife,
			})
			if err != nil {
				return err
			}
			pages[i] = browser.Page{URL: a.Socket.URL, Ticket: a.Socket.Ticket, Origin: l.target.Origin}
			return nil
		})
	}
	return pages, g.Wait()
}

func accountsFor(sockets int) int { return (sockets + perAccount - 1) / perAccount }
