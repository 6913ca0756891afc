package phone

import (
	"context"
	"time"
)

const newsWait = 25 * time.Second

// sighting is what was pending at one moment, as far as the servers answered.
type sighting struct {
	items []Item
	err   error
}

// watch reports what is pending until ctx ends, and closes the channel then.
func (t *Terminal) watch(ctx context.Context) <-chan sighting {
	seen := make(chan sighting)
	go func() {
		defer close(seen)
		var known []Item
		for failures := 0; ctx.Err() == nil; {
			s := t.look(ctx, known)
			select {
			case <-ctx.Done():
				return
			case seen <- s:
			}
			known = s.items
			if s.err == nil {
				failures = 0
				continue
			}
			sleep(ctx, backOff(failures, s.err))
			failures++
		}
	}()
	return seen
}

// look waits for news. While nothing is asked it also asks now and then whether the phone is still registered.
func (t *Terminal) look(ctx context.Context, known []Item) sighting {
	if err := t.Phone.Refresh(); err != nil {
		return sighting{err: err}
	}
	if len(known) == 0 {
		if err := t.Phone.Tidy(ctx); err != nil {
			return sighting{err: err}
		}
	}
	items, err := t.Phone.Pending(ctx, newsWait, known)
	return sighting{items, err}
}
