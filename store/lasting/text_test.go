package lasting_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestNothingIsCalledByWhatIsNoText(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		phone := w.phone()
		tenant, known := w.tenant.ID, w.account.ExternalID
		for _, odd := range []string{"\x00", "4711\x00", "\xff", "enr_\xc3"} {
			for name, c := range map[string]struct {
				ask  func() error
				want error
			}{
				"account":          {func() error { _, err := s.Account(ctx, tenant, odd); return err }, account.ErrUnknownAccount},
				"audience":         {func() error { _, err := s.Audience(ctx, tenant, odd, lasting.Approach{}); return err }, account.ErrUnknownAccount},
				"external id":      {func() error { _, err := s.ExternalID(ctx, odd); return err }, account.ErrUnknownAccount},
				"devices":          {func() error { _, err := s.Devices(ctx, tenant, odd); return err }, account.ErrUnknownAccount},
				"deletion":         {func() error { return s.DeleteAccount(ctx, tenant, odd, lasting.By{}) }, account.ErrUnknownAccount},
				"revoked of":       {func() error { return s.RevokeDevice(ctx, tenant, odd, phone.Device, outbox.Actor{}) }, account.ErrUnknownAccount},
				"revoked device":   {func() error { return s.RevokeDevice(ctx, tenant, known, odd, outbox.Actor{}) }, account.ErrUnknownDevice},
				"left device":      {func() error { return s.LeaveDevice(ctx, phone.Installation, odd) }, account.ErrUnknownDevice},
				"renamed device":   {func() error { return s.RenameDevice(ctx, phone.Installation, odd, "l", "h") }, account.ErrUnknownDevice},
				"signer":           {func() error { _, err := s.Signer(ctx, odd, phone.Credential.ID); return err }, approval.ErrInactive},
				"enrolment":        {func() error { _, _, err := s.Enrolment(ctx, tenant, odd); return err }, account.ErrUnknownEnrolment},
				"confirmed":        {func() error { _, _, err := s.ConfirmEnrolment(ctx, tenant, odd, true, outbox.Actor{}); return err }, account.ErrUnknownEnrolment},
				"wrongly":          {func() error { _, _, err := s.ConfirmEnrolment(ctx, tenant, odd, false, outbox.Actor{}); return err }, account.ErrUnknownEnrolment},
				"claim":            {func() error { _, err := s.ClaimEnrolment(ctx, []byte("code"), odd); return err }, account.ErrUnknownEnrolment},
				"claimed":          {func() error { _, err := s.ClaimedEnrolment(ctx, odd, "key"); return err }, account.ErrUnknownEnrolment},
				"complete":         {func() error { return completeAs(t, s, odd) }, account.ErrUnknownEnrolment},
				"outcome":          {func() error { _, err := s.Outcome(ctx, odd); return err }, approval.ErrUnknown},
				"installation":     {func() error { _, err := s.Installation(ctx, odd); return err }, db.ErrNotFound},
				"application":      {func() error { _, err := s.Application(ctx, odd); return err }, db.ErrNotFound},
				"revoked tenant":   {func() error { return s.RevokeTenant(ctx, odd) }, db.ErrNotFound},
				"new tenant":       {func() error { return s.CreateTenant(ctx, account.Tenant{ID: "ten_x", Name: odd}) }, db.ErrNotFound},
				"opened enrolment": {func() error { return s.CreateEnrolment(ctx, account.Enrolment{Account: odd}, nil, "", outbox.Actor{}) }, account.ErrUnknownAccount},
			} {
				if err := c.ask(); !is(err, c.want) {
					t.Errorf("%s %q: %v, want %v", name, odd, err, c.want)
				}
			}
		}
	})
}

func completeAs(t *testing.T, s *lasting.Store, enrolment string) error {
	_, err := s.CompleteEnrolment(t.Context(), account.Completion{Enrolment: enrolment, Thumbprint: "key"})
	return err
}

func TestAClosedStoreIsUnavailable(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone, p := w.phone(), w.pending()
		must(t, s.Close())
		_, err := s.Outcome(t.Context(), p.ID)
		wantError(t, err, refusal.ErrUnavailable)
		_, err = s.Ends(t.Context(), []string{p.ID})
		wantError(t, err, refusal.ErrUnavailable)
		wantError(t, s.RevokeTenant(t.Context(), w.tenant.ID), refusal.ErrUnavailable)
		_, err = w.decide(p, phone, approval.Approve)
		wantError(t, err, refusal.ErrUnavailable)
	})
}

func TestAnApplicationOfARevokedTenantIsRevoked(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		must(t, s.RevokeTenant(t.Context(), w.tenant.ID))
		a, err := s.Application(t.Context(), w.app.ID)
		must(t, err)
		listed, err := s.Applications(t.Context(), w.tenant.ID)
		must(t, err)
		if a.RevokedAt.IsZero() || len(listed) != 1 || !listed[0].RevokedAt.Equal(a.RevokedAt) {
			t.Fatalf("%+v, listed %+v", a, listed)
		}
		key := account.Key{ID: "key_x", Application: w.app.ID, Hash: []byte("hash")}
		wantError(t, s.CreateKey(t.Context(), key), db.ErrNotFound)
	})
}
