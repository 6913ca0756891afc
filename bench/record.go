package bench

import (
	"context"
	"time"

	"github.com/jawort/jawort/bench/local"
)

// Rows is the record of an installation whose stores can be read.
type Rows struct{ Stack *local.Stack }

// Outcomes reads SQL.
func (r Rows) Outcomes(ctx context.Context, ids []string) (map[string]Row, error) {
	rows, err := r.Stack.Outcomes(ctx, ids)
	found := make(map[string]Row, len(rows))
	for _, o := range rows {
		found[o.Approval] = Row{Status: o.Status, Method: o.Method, Device: o.Device, At: o.At}
	}
	return found, err
}

// PartialDenies reads SQL.
func (r Rows) PartialDenies(ctx context.Context, ids []string) (map[string][]string, error) {
	rows, err := r.Stack.PartialDenies(ctx, ids)
	found := map[string][]string{}
	for _, d := range rows {
		found[d.Approval] = append(found[d.Approval], d.Device)
	}
	return found, err
}

// Devices reads SQL.
func (r Rows) Devices(ctx context.Context, accounts []string) (map[string]string, error) {
	rows, err := r.Stack.Devices(ctx, accounts)
	found := make(map[string]string, len(rows))
	for _, d := range rows {
		found[d.ID] = d.Status
	}
	return found, err
}

// draining is how long the gateway may take over what is queued when the load has ended.
const draining = 10 * time.Second

// PushJobs waits until the queue is empty. What is still in it then has no end.
func (r Rows) PushJobs(ctx context.Context) (map[local.PushJob]string, error) {
	deadline := time.Now().Add(draining)
	for {
		queued, err := r.Stack.Queued(ctx)
		if err != nil {
			return nil, err
		}
		if queued == 0 || !time.Now().Before(deadline) || !sleepUntil(ctx, time.Now().Add(again)) {
			break
		}
	}
	return r.Stack.PushesEnded(ctx)
}
