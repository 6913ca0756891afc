package lasting_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestAnInstallationCarriesDevicesOfSeveralAccountsAndTenants(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		first := w.phoneWithKey(w.account, "key")
		second := other.phoneWithKey(other.account, "key")
		wantEqual(t, "installation", second.Installation, first.Installation)
		devices, err := s.DevicesOfInstallation(t.Context(), first.Installation)
		must(t, err)
		if len(devices) != 2 || devices[0].ID != first.Device || devices[1].ID != second.Device || devices[0].AccountLabel != w.account.Label {
			t.Fatalf("devices are %+v", devices)
		}
	})
}

func TestTheAudienceIsEveryActiveDeviceAndEachInstallationOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		audience, err := s.Audience(ctx, w.tenant.ID, w.account.ExternalID, lasting.Approach{})
		must(t, err)
		if audience.Devices != 0 || len(audience.Recipients) != 0 || audience.Account.ID != w.account.ID {
			t.Fatalf("audience without devices is %+v", audience)
		}
		reachable, twice, mute, gone := w.phone(), w.phoneWithKey(w.account, "key"), w.phone(), w.phone()
		w.phoneWithKey(w.account, "key")
		w.completed(w.account, "unconfirmed")
		must(t, s.PutAddress(ctx, mute.Installation, nil))
		must(t, s.RevokeDevice(ctx, w.tenant.ID, w.account.ExternalID, gone.Device, outbox.Actor{}))

		audience, err = s.Audience(ctx, w.tenant.ID, w.account.ExternalID, lasting.Approach{})
		must(t, err)
		wantEqual(t, "number of devices", audience.Devices, 4)
		if len(audience.Recipients) != 2 || audience.Recipients[0].Installation != reachable.Installation || audience.Recipients[1].Installation != twice.Installation {
			t.Fatalf("recipients are %+v", audience.Recipients)
		}
		r := audience.Recipients[0]
		if r.Language != "de" || string(r.Address) != "sealed" || r.AddressVersion != 1 {
			t.Fatalf("recipient is %+v", r)
		}
	})
}

func TestARevokedDeviceIsGoneForTheTenantAndStillShownToItsPhoneForAMonth(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		phone := w.phone()
		for range 2 {
			must(t, s.RevokeDevice(ctx, w.tenant.ID, w.account.ExternalID, phone.Device, outbox.Actor{}))
		}
		wantError(t, s.RevokeDevice(ctx, w.tenant.ID, w.account.ExternalID, "dev_unknown", outbox.Actor{}), account.ErrUnknownDevice)
		_, err := s.Signer(ctx, phone.Installation, phone.Credential.ID)
		wantInactive(t, err)
		devices, err := s.Devices(ctx, w.tenant.ID, w.account.ExternalID)
		must(t, err)
		wantEqual(t, "devices of the account", len(devices), 0)
		for after, want := range map[time.Duration]int{29 * 24 * time.Hour: 1, 31 * 24 * time.Hour: 0} {
			w.after(after)
			devices, err := s.DevicesOfInstallation(ctx, phone.Installation)
			must(t, err)
			wantEqual(t, "devices that the phone learns of", len(devices), want)
			if want == 1 && devices[0].Status != account.Revoked {
				t.Fatalf("device is %+v", devices[0])
			}
		}
	})
}

func TestAPhoneLeavesAndRenamesOnlyItsOwnDevices(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		own, other := w.phone(), w.phone()
		wantError(t, s.LeaveDevice(ctx, own.Installation, other.Device), account.ErrUnknownDevice)
		wantError(t, s.RenameDevice(ctx, own.Installation, other.Device, "x", "y"), account.ErrUnknownDevice)
		_, err := s.Signer(ctx, own.Installation, other.Credential.ID)
		wantInactive(t, err)

		must(t, s.RenameDevice(ctx, own.Installation, own.Device, "Neu", ""))
		signer, err := s.Signer(ctx, own.Installation, own.Credential.ID)
		must(t, err)
		if signer.Label != "Neu" || signer.Holder != own.Holder {
			t.Fatalf("renamed to %+v", signer)
		}
		for range 2 {
			must(t, s.LeaveDevice(ctx, own.Installation, own.Device))
		}
		_, err = s.Signer(ctx, own.Installation, own.Credential.ID)
		wantInactive(t, err)
		wantError(t, s.RenameDevice(ctx, own.Installation, own.Device, "x", "y"), account.ErrUnknownDevice)
		_, err = s.Signer(ctx, other.Installation, other.Credential.ID)
		must(t, err)
	})
}

func TestAnAddressIsRetiredOnlyWhereItIsStillTheOneThatDied(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		phone := w.phone().Installation
		now, err := s.Now(ctx)
		must(t, err)
		version := func() int64 {
			i, err := s.Installation(ctx, phone)
			must(t, err)
			return i.AddressVersion
		}
		retire := func(version int64, died time.Time, want bool) {
			t.Helper()
			done, err := s.RetireAddress(ctx, phone, version, died)
			must(t, err)
			wantEqual(t, "retired", done, want)
		}
		old := version()
		must(t, s.PutAddress(ctx, phone, []byte("new")))
		retire(old, time.Time{}, false)
		retire(version(), now.Add(-time.Hour), false) // it died before it was stored: another one did
		retire(version(), now.Add(time.Hour), true)
		i, err := s.Installation(ctx, phone)
		must(t, err)
		if i.HasAddress || i.AddressVersion != old+2 {
			t.Fatalf("installation is %+v", i)
		}
		retire(i.AddressVersion, time.Time{}, false)
		must(t, s.PutAddress(ctx, phone, []byte("newer")))
		retire(version(), time.Time{}, true)
	})
}

func TestAnInstallationKeepsWhatItsPhoneSays(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		phone := w.phoneWithKey(w.account, "key")
		posture := account.Posture{Platform: "android", OSVersion: "16", Model: "Fairphone 6", Language: "en"}
		must(t, s.UpdatePosture(ctx, phone.Installation, posture))
		i, err := s.Installation(ctx, phone.Installation)
		must(t, err)
		if i.Posture != posture || i.Thumbprint != "key" || !i.HasAddress || i.CreatedAt.IsZero() {
			t.Fatalf("installation is %+v", i)
		}
		for _, err := range []error{
			s.UpdatePosture(ctx, "ins_unknown", posture),
			s.PutAddress(ctx, "ins_unknown", nil),
		} {
			wantError(t, err, db.ErrNotFound)
		}
		_, err = s.Installation(ctx, "ins_unknown")
		wantError(t, err, db.ErrNotFound)
	})
}
