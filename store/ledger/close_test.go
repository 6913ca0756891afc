package ledger_test

import (
	"testing"

	"github.com/jawort/jawort/courier"
	domain "github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/store/ledger"
)

func TestAQuarterIsClosedOnlyWhenItIsOverInTheTenantsTimeZone(t *testing.T) {
	onEach(t, func(w *world) {
		q := quarter(w.T, "2026-Q4")
		w.clock("2026-12-31T22:59:00Z")
		wantError(w.T, w.CloseQuarter(t.Context(), w.tenant, q, actor), ledger.ErrQuarterRuns)
		at, err := w.ExportedAt(t.Context(), w.tenant, q)
		must(w.T, err)
		if !at.IsZero() {
			w.Errorf("it is closed since %v", at)
		}
		w.clock("2026-12-31T23:00:01Z")
		must(w.T, w.CloseQuarter(t.Context(), w.tenant, q, actor))
		wantEqual(w.T, "quarters closed", w.told(ledger.QuarterClosed), 1)
	})
}

func TestWhatIsSettledAfterItsQuarterWasClosedIsLate(t *testing.T) {
	onEach(t, func(w *world) {
		q := quarter(w.T, "2026-Q4")
		w.clock("2026-12-31T22:00:00Z")
		own := w.newAccount(w.tenant)
		w.sent(w.sms(own))
		late := w.sms(own)
		must(w.T, w.reserve(late))
		w.clock("2027-01-02T08:00:00Z")
		must(w.T, w.CloseQuarter(t.Context(), w.tenant, q, actor))
		first, err := w.ExportedAt(t.Context(), w.tenant, q)
		must(w.T, err)
		must(w.T, w.settle(late.Message, courier.Sent))
		w.sent(w.sms(own)) // of the next quarter
		w.clock("2027-01-03T08:00:00Z")
		must(w.T, w.CloseQuarter(t.Context(), w.tenant, q, actor)) // again
		again, err := w.ExportedAt(t.Context(), w.tenant, q)
		must(w.T, err)
		wantEqual(w.T, "time of the export", again, first)
		wantEqual(w.T, "quarters closed", w.told(ledger.QuarterClosed), 1)

		u := w.usage(domain.UsageFilter{Quarter: q})[0]
		if u.Messages != 2 || u.Amount != 2000 || u.LateMessages != 1 || u.LateAmount != 1000 {
			w.Errorf("usage is %+v", u)
		}
		total := w.total(domain.UsageFilter{Quarter: q})
		if total.Messages != 2 || total.LateMessages != 1 || total.LateAmount != 1000 {
			w.Errorf("total is %+v", total)
		}
		if next := w.usage(domain.UsageFilter{Quarter: q.Next()})[0]; next.Messages != 1 || next.LateMessages != 0 {
			w.Errorf("the next quarter is %+v", next)
		}
	})
}

// Whoever closes and whoever settles at the same moment agree: what is not in the export is late, and nothing is both.
func TestEverySettlementIsInTheExportOrLate(t *testing.T) {
	onEach(t, func(w *world) {
		q := quarter(w.T, "2026-Q4")
		w.clock("2026-12-31T22:00:00Z")
		own := w.newAccount(w.tenant)
		messages := make([]domain.Reservation, 24)
		for i := range messages {
			messages[i] = w.sms(own)
			must(w.T, w.reserve(messages[i]))
		}
		w.clock("2027-01-02T08:00:00Z")
		inExport := make(chan int64, 3)
		inParallel(len(messages)+3, func(i int) bool {
			if i < len(messages) {
				if err := w.settle(messages[i].Message, courier.Sent); err != nil {
					t.Error(err)
				}
				return true
			}
			if err := w.CloseQuarter(t.Context(), w.tenant, q, actor); err != nil {
				t.Error(err)
			}
			inExport <- w.exported(q)
			return true
		})
		first := <-inExport
		wantEqual(w.T, "messages in the second export", <-inExport, first)
		wantEqual(w.T, "messages in the third export", <-inExport, first)
		wantEqual(w.T, "messages in the export when all is over", w.exported(q), first)
		wantEqual(w.T, "late messages", w.total(domain.UsageFilter{Quarter: q}).LateMessages, int64(len(messages))-first)
	})
}

// exported returns how many messages the export of a quarter has.
func (w *world) exported(q domain.Quarter) int64 {
	t := w.total(domain.UsageFilter{Quarter: q})
	return t.Messages - t.LateMessages
}
