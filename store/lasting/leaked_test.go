package lasting_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
)

func TestWhatALeakedKeyCouldForgeIsEndedInEveryTenant(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other, ctx := newWorld(t, s), newWorld(t, s), t.Context()
		phone := w.phone()
		_, hash := w.enrolment(w.account)
		_, _ = other.enrolment(other.account)
		r := w.announce()
		p := w.pending()
		_, err := w.decide(p, phone, approval.Approve)
		must(t, err)
		browser := account.TrustedBrowser{ID: newID(t, id.Browser), Hash: []byte("token"), Approval: p.ID, Set: w.app.ID, For: time.Hour}
		if trusted, err := s.TrustBrowser(ctx, browser); !trusted || err != nil {
			t.Fatalf("trusted %v, %v", trusted, err)
		}
		must(t, s.SQL(ctx, `DELETE FROM outbox`))

		w.after(time.Millisecond) // a login counts as asked at the end of its own
		ended, err := s.EndForgeable(ctx)
		must(t, err)
		wantEqual(t, "ended", ended, lasting.Forgeable{Enrolments: 2})
		if trusted, err := s.TrustBrowser(ctx, browser); trusted || err != nil {
			t.Errorf("its token is given again: %v, %v", trusted, err)
		}
		left, err := s.TrustedBrowsers(ctx, w.tenant.ID, w.account.ExternalID)
		must(t, err)
		wantEqual(t, "trusted browsers", len(left), 0)
		if _, err := s.ClaimEnrolment(ctx, hash, "a forger"); err == nil {
			t.Error("a link works whose code can be derived")
		}
		w.wantRecovery(r, account.RecoveryAnnounced)
		if told := w.events(lasting.TenantKeyLeaked); len(told) != 2 {
			t.Errorf("told %+v", told)
		}
	})
}
