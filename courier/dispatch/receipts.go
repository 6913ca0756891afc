package dispatch

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/courier"
)

// Keeper keeps what providers say about messages that they took.
type Keeper interface {
	Receive(ctx context.Context, r courier.Receipt) error
}

// Receipts counts what it keeps. A process has one, whichever way receipts come in.
type Receipts struct {
	keeper Keeper
	count  *prometheus.CounterVec
}

// NewReceipts returns receipts that go to the keeper.
func NewReceipts(k Keeper, r prometheus.Registerer) *Receipts {
	count := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "jawort_message_receipts_total", Help: "Delivery receipts that were kept, by sender and state (delivered, undelivered).",
	}, []string{"sender", "state"})
	r.MustRegister(count)
	return &Receipts{keeper: k, count: count}
}

// Receive keeps a receipt.
func (r *Receipts) Receive(ctx context.Context, receipt courier.Receipt) error {
	if err := r.keeper.Receive(ctx, receipt); err != nil {
		return err
	}
	r.count.WithLabelValues(receipt.Provider, string(receipt.State)).Inc()
	return nil
}
