package webhook_test

import (
	"context"
	"sync"

	"github.com/jawort/jawort/webhook"
)

// crashing is a queue whose process dies when the first attempt is to be written down.
type crashing struct {
	webhook.Queue
	once    sync.Once
	crashed chan struct{}
}

func (c *crashing) Settle(context.Context, webhook.Job, webhook.Result, webhook.Verdict) error {
	c.once.Do(func() { close(c.crashed) })
	return webhook.ErrLost
}
