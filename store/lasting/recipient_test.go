package lasting_test

import (
	"testing"

	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestAnInstallationIsWokenWhileADeviceOfItIsActive(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		one, two := w.phoneWithKey(w.account, "key"), w.phoneWithKey(w.account, "key")
		w.phone() // beside it
		must(t, s.PutAddress(ctx, one.Installation, []byte("sealed")))
		to, err := s.Recipient(ctx, one.Installation)
		must(t, err)
		i, err := s.Installation(ctx, one.Installation)
		must(t, err)
		if to.Installation != one.Installation || string(to.Address) != "sealed" || to.AddressVersion != i.AddressVersion || to.Language != i.Posture.Language {
			t.Errorf("recipient is %+v", to)
		}
		must(t, s.PutAddress(ctx, one.Installation, nil))
		if to, err = s.Recipient(ctx, one.Installation); err != nil || to.Address != nil {
			t.Errorf("without an address: %+v, %v", to, err)
		}
		must(t, s.RevokeDevice(ctx, w.tenant.ID, w.account.ExternalID, one.Device, outbox.Actor{}))
		_, err = s.Recipient(ctx, one.Installation)
		must(t, err) // the other device is left
		must(t, s.RevokeDevice(ctx, w.tenant.ID, w.account.ExternalID, two.Device, outbox.Actor{}))
		_, unconfirmed := w.completed(w.account, "unconfirmed")
		for _, gone := range []string{one.Installation, "ins_unknown", unconfirmed.Installation} {
			_, err = s.Recipient(ctx, gone)
			wantError(t, err, db.ErrNotFound)
		}
	})
}
