package bench

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// churn registers a phone and revokes it, again and again, on accounts that nobody logs in with.
func (l *Load) churn(ctx context.Context, begin, end time.Time) {
	if l.o.Churn == 0 {
		return
	}
	gap := time.Duration(float64(time.Second) / l.o.Churn)
	var all sync.WaitGroup
	defer all.Wait()
	for n, at := 0, begin.Add(gap/2); at.Before(end) && sleepUntil(ctx, at); n, at = n+1, at.Add(gap) {
		all.Go(func() {
			l.registerAndRevoke(ctx, l.prefix+"r"+strconv.FormatInt(begin.UnixNano(), 36)+"-"+strconv.Itoa(n), n)
		})
	}
}

func (l *Load) registerAndRevoke(ctx context.Context, account string, n int) {
	ctx, cancel := context.WithTimeout(ctx, l.o.Patience)
	defer cancel()
	l.journal.churn()
	if err := l.putAccount(ctx, account, false); err != nil {
		l.journal.churnFailed("account: " + brief(err))
		return
	}
	h, err := l.registerPhone(ctx, account, l.o.Providers[n%len(l.o.Providers)], "Lost phone")
	if err != nil {
		l.journal.churnFailed("register: " + brief(err))
		return
	}
	if err := l.service.RevokeDevice(ctx, account, h.device); err != nil {
		l.journal.churnFailed("revoke: " + brief(err))
		return
	}
	l.journal.revoked(h.device)
}
