package local

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/jawort/jawort/store/live"
)

// Outcome is a row of outcomes.
type Outcome struct {
	Approval, Status, Method, Device string
	At                               time.Time
}

// Outcomes reads the outcomes of these approvals.
func (s *Stack) Outcomes(ctx context.Context, ids []string) ([]Outcome, error) {
	return query(ctx, s, func(row pgx.CollectableRow) (o Outcome, err error) {
		var at int64
		err = row.Scan(&o.Approval, &o.Status, &o.Method, &o.Device, &at)
		o.At = time.UnixMicro(at)
		return o, err
	}, `SELECT approval, status, method, device, decided_at FROM outcomes WHERE approval = ANY($1)`, ids)
}

// PartialDeny is a row of partial_denies.
type PartialDeny struct{ Approval, Device string }

// PartialDenies reads the denies that were counted for these approvals.
func (s *Stack) PartialDenies(ctx context.Context, ids []string) ([]PartialDeny, error) {
	return query(ctx, s, func(row pgx.CollectableRow) (d PartialDeny, err error) {
		return d, row.Scan(&d.Approval, &d.Device)
	}, `SELECT approval, device FROM partial_denies WHERE approval = ANY($1)`, ids)
}

// Device is a phone and how it stands.
type Device struct{ ID, Status string }

// Devices reads how the phones of these login numbers stand.
func (s *Stack) Devices(ctx context.Context, accounts []string) ([]Device, error) {
	return query(ctx, s, func(row pgx.CollectableRow) (d Device, err error) {
		return d, row.Scan(&d.ID, &d.Status)
	}, `SELECT c.device, c.status FROM credentials c JOIN accounts a ON a.id = c.account WHERE a.external_id = ANY($1)`, accounts)
}

func query[T any](ctx context.Context, s *Stack, scan pgx.RowToFunc[T], statement string, arg any) ([]T, error) {
	conn, err := s.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, statement, arg)
	if err != nil {
		return nil, fmt.Errorf("local: read the record: %w", err)
	}
	all, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("local: read the record: %w", err)
	}
	return all, nil
}

// Queued returns how many push jobs are not done yet.
func (s *Stack) Queued(ctx context.Context) (int64, error) {
	store, err := live.Open(ctx, live.Config{URL: s.RedisURL}, time.Now)
	if err != nil {
		return 0, err
	}
	defer store.Close()
	return store.Queue("bench").Depth(ctx)
}

// Texts returns the one column that a query gives.
func (s *Stack) Texts(ctx context.Context, statement string) ([]string, error) {
	conn, err := s.Connect(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, statement)
	if err != nil {
		return nil, fmt.Errorf("local: read the record: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
