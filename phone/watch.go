package phone

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jawort/jawort/backoff"
)

const (
	newsWait     = 25 * time.Second
	confirmWait  = 2 * time.Second // being confirmed is no news to a long-poll
	strangePause = 30 * time.Second
)

// sighting is what was pending at one moment, as far as the servers answered.
type sighting struct {
	items  []Item
	listed []Device // as they were asked last
	news   news
	err    error
}

func unconfirmed(listed []Device) []string {
	var ids []string
	for _, d := range listed {
		if d.Status == "unconfirmed" {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// watch, which begins with what is listed already, reports what is pending until ctx ends, and closes the channel then.
func (t *Terminal) watch(ctx context.Context, listed []Device) <-chan sighting {
	seen := make(chan sighting)
	go func() {
		defer close(seen)
		last := sighting{listed: listed}
		for failures := 0; ctx.Err() == nil; {
			s := t.look(ctx, last)
			select {
			case <-ctx.Done():
				return
			case seen <- s:
			}
			last = s
			if s.err == nil {
				failures = 0
				continue
			}
			backoff.Wait(ctx, t.pause(failures, s.err))
			failures++
		}
	}()
	return seen
}

// pause is long where only a person can help, unless other servers are to be heard meanwhile.
func (t *Terminal) pause(failures int, err error) time.Duration {
	if strange(err) && len(t.Phone.servers()) == 1 {
		return strangePause
	}
	return backOff(failures, err)
}

// look waits for questions. While nothing is asked it also asks now and then what else is new, and whether the phone is still registered.
func (t *Terminal) look(ctx context.Context, last sighting) sighting {
	known, told := last.items, news{recoveries: last.news.recoveries}
	if err := t.Phone.Refresh(); err != nil {
		return sighting{known, last.listed, told, err}
	}
	listed, failed := last.listed, error(nil)
	if len(known) == 0 {
		listed, failed = t.Phone.tidy(ctx)
		if failed != nil && len(listed) == 0 {
			return sighting{known, last.listed, told, failed}
		}
		var untold error
		told, untold = t.news(ctx)
		failed = errors.Join(failed, untold)
	}
	wait := patience(last.listed, listed)
	if told.beyond(last.news) {
		wait = 0
	}
	items, err := t.Phone.Pending(ctx, wait, known)
	return sighting{items, listed, told, errors.Join(failed, err)}
}

// patience is how long to wait for questions: what the list of devices says anew is told first, and so is news.
func patience(before, now []Device) time.Duration {
	switch {
	case !slices.Equal(unconfirmed(before), unconfirmed(now)):
		return 0
	case len(unconfirmed(now)) > 0:
		return confirmWait
	default:
		return newsWait
	}
}
