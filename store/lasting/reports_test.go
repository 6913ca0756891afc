package lasting_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestAReportPausesPushesUntilTheHolderConfirmsBySomethingElse(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		paused := func() bool {
			a, err := s.Audience(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.Approach{Session: "session", Network: "203.0.113.0/24"})
			must(t, err)
			return a.Reported
		}
		report := func() {
			p := w.pending()
			kept, err := approval.Context{Session: "session", Network: "203.0.113.0/24"}.Encode()
			must(t, err)
			p.Context = kept
			_, err = w.decide(p, phone, approval.Report)
			must(t, err)
		}
		by := func(m approval.Method) {
			p := w.pending()
			must(t, s.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				_, _, err := s.ApproveBy(ctx, tx, p, m, outbox.Actor{Kind: outbox.ByKey, ID: "key_1"})
				return err
			}))
		}
		report()
		by(approval.MethodBypass)
		_, err := w.decide(w.pending(), phone, approval.Approve)
		must(t, err)
		wantEqual(t, "paused after an operator's code and an approve on the phone", paused(), true)
		by(approval.MethodTOTP)
		wantEqual(t, "paused after the holder's own code", paused(), false)
		wantEqual(t, "times that the log says so", len(w.events(lasting.ReportsLiftedEvent)), 1)
		report()
		wantEqual(t, "paused after the next report", paused(), true)
	})
}
