package notice_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/notice"
	"github.com/jawort/jawort/store/outbox"
)

// lockOut tells that an account with no method but SMS gets no code.
func (w *world) lockOut(account string) {
	w.Helper()
	w.must(w.db.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
		return outbox.Put(ctx, tx, outbox.Event{
			Kind: string(domain.LockOut), Tenant: w.tenant.ID, Account: account, Subject: account,
			Data: map[string]any{"limit": "number", "until": time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC)},
		})
	}))
}

func TestALockOutIsMailedOnceADayAndAllOfThemAreCountedAndInTheLog(t *testing.T) {
	inMemory(t, func(w *world) {
		metrics := prometheus.NewRegistry()
		w.follower.Budgets = notice.NewBudgets(metrics)
		w.forgetEvents()
		w.lockOut(w.account.ID)
		w.follow()
		w.want(map[string]string{"email " + operations: "keinen Code bekommen: " + w.account.ID})
		w.forgetEvents()
		w.lockOut("acc_second")
		w.follow()
		w.want(nil)
		log := w.log.String()
		if !strings.Contains(log, `"level":"WARN"`) || !strings.Contains(log, w.account.ID) || !strings.Contains(log, "acc_second") || strings.Contains(log, number) {
			t.Errorf("they are not in the log by their ids: %s", log)
		}
		families, err := metrics.Gather()
		w.must(err)
		if len(families) != 1 || families[0].GetMetric()[0].GetCounter().GetValue() != 2 {
			t.Errorf("counted are %v", families)
		}
		w.forgetEvents()
		w.sql(`DELETE FROM messages`) // they would be leased again by then
		w.must(w.db.SetClockOffset(w.Context(), 24*time.Hour))
		w.lockOut("acc_third")
		w.follow()
		w.want(map[string]string{"email " + operations: "acc_third"})
	})
}
