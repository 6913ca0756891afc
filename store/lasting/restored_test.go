package lasting_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// noBypasses stands for a tenant without bypass codes.
func noBypasses(context.Context, *sql.Tx, string) (int64, error) { return 0, nil }

func TestWhatABackupOpensAgainIsEndedInEveryTenant(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other, ctx := newWorld(t, s), newWorld(t, s), t.Context()
		phone := w.phone()
		_, hash := w.enrolment(w.account)
		awaiting, _ := w.completed(w.account, "another")
		elsewhere, _ := other.completed(other.account, "of another")
		r := w.announce()
		p := w.pending()
		_, err := w.decide(p, phone, approval.Approve)
		must(t, err)
		trusted, err := s.TrustBrowser(ctx, account.TrustedBrowser{ID: newID(t, id.Browser), Hash: []byte("token"), Approval: p.ID, Set: w.app.ID, For: time.Hour})
		if !trusted || err != nil {
			t.Fatalf("trusted %v, %v", trusted, err)
		}
		_, secret := w.portal()
		_, unopened, err := w.offer(lasting.PortalRequest{})
		must(t, err)
		must(t, s.SQL(ctx, `DELETE FROM outbox`))

		w.after(time.Millisecond) // a login counts as asked at the end of its own
		ended, err := s.EndReopened(ctx, noBypasses)
		must(t, err)
		sum := map[string]lasting.Reopened{}
		for _, e := range ended {
			sum[e.Tenant] = e
		}
		wantEqual(t, "ended", sum[w.tenant.ID], lasting.Reopened{Tenant: w.tenant.ID, Enrolments: 2, Recoveries: 1, Portals: 2})
		wantEqual(t, "ended", sum[other.tenant.ID], lasting.Reopened{Tenant: other.tenant.ID, Enrolments: 1})

		_, err = s.ClaimEnrolment(ctx, hash, "yet another")
		if err == nil {
			t.Error("a link works that may have been used")
		}
		for tenant, e := range map[string]account.Enrolment{w.tenant.ID: awaiting, other.tenant.ID: elsewhere} {
			if _, _, err := s.ConfirmEnrolment(ctx, tenant, e.ID, true, outbox.Actor{}); err == nil {
				t.Error("a phone was confirmed that may have ended")
			}
		}
		w.wantRecovery(r, account.RecoveryStopped)
		if _, err := s.Portal(ctx, secret); !errors.Is(err, account.ErrUnknownPortal) {
			t.Errorf("a portal session goes on: %v", err)
		}
		if _, open, err := s.PortalOffer(ctx, unopened); open || err != nil {
			t.Errorf("an address that may have been used is open: %v", err)
		}
		if _, err := s.EnterPortal(ctx, unopened, []byte("secret"), nil); !errors.Is(err, account.ErrUnknownPortal) {
			t.Errorf("an address that may have been used opens the portal: %v", err)
		}
		left, err := s.TrustedBrowsers(ctx, w.tenant.ID, w.account.ExternalID)
		must(t, err)
		wantEqual(t, "trusted browsers", len(left), 0)
		devices, err := s.Devices(ctx, w.tenant.ID, w.account.ExternalID)
		must(t, err)
		if len(devices) != 1 || devices[0].ID != phone.Device || devices[0].Status != account.Active {
			t.Errorf("devices are %+v", devices)
		}
		if told := w.events(lasting.TenantRestored); len(told) != 2 {
			t.Errorf("told %+v", told)
		}
		again, err := s.EndReopened(ctx, noBypasses)
		must(t, err)
		for _, e := range again {
			wantEqual(t, "a second time", e, lasting.Reopened{Tenant: e.Tenant})
		}
	})
}
