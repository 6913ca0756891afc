package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jawort/jawort/backoff"
)

// lane makes the deliveries of one endpoint one after the other, until none is due. While the endpoint takes them it
// has more lanes opened beside it; one that fails is tried by a single one.
func (w *Worker) lane(ctx, work context.Context, endpoint string) {
	for ctx.Err() == nil {
		job, ok, err := w.Queue.Lease(ctx, endpoint, lease)
		w.warn(ctx, "no delivery could be leased; trying again", err)
		if err != nil || !ok {
			return
		}
		if !job.Failing {
			w.open(ctx, work, endpoint, lanes)
		}
		if !w.deliver(work, job) {
			return
		}
	}
}

// deliver makes one attempt, and reports whether it could be written down.
func (w *Worker) deliver(work context.Context, j Job) bool {
	ctx, cancel := context.WithTimeout(work, lease/2)
	defer cancel()
	secrets, err := w.secrets(j)
	if err != nil {
		w.warn(work, "the secret of a webhook could not be opened", fmt.Errorf("%s: %w", j.Endpoint, err))
	}
	r := w.Sender.send(ctx, j, secrets)
	if work.Err() != nil && !r.OK() { // given up by us, which says nothing about the endpoint
		return false
	}
	v := judge(j.Attempt, r, w.Random)
	w.attempts.WithLabelValues(r.label()).Inc()
	w.Log.LogAttrs(work, slog.LevelInfo, "webhook", slog.String("delivery", j.Delivery), slog.String("endpoint", j.Endpoint),
		slog.Int("attempt", j.Attempt), slog.String("result", r.label()), slog.Duration("took", r.Took), slog.String("state", string(v.State)))
	return w.settle(work, j, r, v)
}

func (w *Worker) secrets(j Job) ([]string, error) {
	var all []string
	for _, sealed := range j.Secrets {
		secret, err := w.Open(sealed)
		if err != nil {
			return nil, err
		}
		all = append(all, string(secret))
	}
	return all, nil
}

// settle tries more than once: an attempt that is not written down is made again.
func (w *Worker) settle(work context.Context, j Job, r Result, v Verdict) bool {
	var err error
	for try := range 3 {
		if try > 0 {
			backoff.Wait(work, time.Second)
		}
		if err = w.Queue.Settle(work, j, r, v); err == nil {
			return true
		}
		if errors.Is(err, ErrLost) || work.Err() != nil {
			break
		}
	}
	w.warn(work, "an attempt could not be written down; it will be made again", fmt.Errorf("%s: %w", j.Delivery, err))
	return false
}

// label is the result in logs and metrics.
func (r Result) label() string {
	if r.Status > 0 {
		return fmt.Sprintf("%dxx", r.Status/100)
	}
	return r.Reason
}
