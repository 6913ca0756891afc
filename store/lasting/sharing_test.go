package lasting_test

import (
	"encoding/json"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// inGroup puts the world's account into a group of this policy.
func (w *world) inGroup(p account.GroupPolicy) {
	w.t.Helper()
	g, err := w.s.PutGroup(w.t.Context(), w.s.Writes(), account.Group{ID: newID(w.t, id.Group), Tenant: w.tenant.ID, Name: "group", Policy: p})
	must(w.t, err)
	must(w.t, w.s.SQL(w.t.Context(), `UPDATE accounts SET group_id = $2 WHERE id = $1`, w.account.ID, g.ID))
}

func TestPhonesThatAreConfirmedAtOnceDoNotPassTheLimit(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		for range 5 {
			w := newWorld(t, s)
			w.inGroup(account.GroupPolicy{Sharing: account.SharingForbidden})
			w.phone()
			begun := make([]account.Enrolment, 6)
			for i := range begun {
				var err error
				begun[i], err = w.begun(account.ByOperator)
				must(t, err)
				w.bind(begun[i])
			}
			won := inParallel(len(begun), func(i int) bool {
				err := w.confirm(begun[i])
				if err != nil && !is(err, account.ErrDeviceLimit) {
					t.Error(err)
				}
				return err == nil
			})
			wantEqual(t, "phones that were confirmed beside the first", won, 1)
			audience, err := s.Audience(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.Approach{})
			must(t, err)
			wantEqual(t, "active devices", audience.Devices, 2)
		}
	})
}

func TestAPhoneAtTheLimitIsConfirmedOnceAnotherIsRevokedOrReplaced(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.inGroup(account.GroupPolicy{Sharing: account.SharingForbidden})
		first, second := w.phone(), w.phone()
		e, err := w.begun(account.ByOperator)
		must(t, err)
		w.bind(e)
		err = w.confirm(e)
		wantError(t, err, account.ErrDeviceLimit)
		wantExtra(t, err, "most", 2)
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, w.account.ExternalID, first.Device, byKey))
		must(t, w.confirm(e))

		e, err = w.moved(second.Device)
		must(t, err)
		w.bind(e)
		must(t, w.confirm(e))
	})
}

func TestASharedAccountHasAnyNumberOfPhones(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.inGroup(account.GroupPolicy{Sharing: account.SharingAllowed})
		w.phones(4)
	})
}

func TestEachBeginningAndEndOfADeviceIsOneEvent(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		revoked, left, replaced, broken := w.phone(), w.phone(), w.phone(), w.phone()
		for range 2 {
			must(t, s.RevokeDevice(ctx, w.tenant.ID, w.account.ExternalID, revoked.Device, byKey))
			must(t, s.LeaveDevice(ctx, left.Installation, left.Device))
		}
		e, err := w.moved(replaced.Device)
		must(t, err)
		w.bind(e)
		for range 2 {
			must(t, w.confirm(e))
		}
		must(t, s.SQL(ctx, `UPDATE credentials SET failures = 99 WHERE device = $1`, broken.Device))
		_, err = s.WrongNumber(ctx, signed(w.pending(), broken, "approve", "00"))
		must(t, err)

		events, err := outbox.Unsequenced(ctx, s.Reads(), 100)
		must(t, err)
		got := map[string]outbox.Event{}
		for _, e := range events {
			if e.Kind != outbox.ApprovalEnded && e.Kind != lasting.EnrolmentOpened {
				if _, twice := got[e.Kind+" "+e.Subject]; twice {
					t.Errorf("two events %s of %s", e.Kind, e.Subject)
				}
				got[e.Kind+" "+e.Subject] = e
			}
		}
		want := map[string]string{
			lasting.DeviceRevoked + " " + revoked.Device:  `{"reason":"revoked"}`,
			lasting.DeviceLeft + " " + left.Device:        ``,
			lasting.DeviceRevoked + " " + replaced.Device: `{"reason":"replaced"}`,
			lasting.DeviceDisabled + " " + broken.Device:  `{"reason":"wrong-numbers"}`,
			lasting.DeviceEnrolled + " " + e.Device:       `{"authority":"approval","enrolment":"` + e.ID + `","platform":"android","replaces":"` + replaced.Device + `"}`,
			lasting.DeviceEnrolled + " " + revoked.Device: "", lasting.DeviceEnrolled + " " + left.Device: "",
			lasting.DeviceEnrolled + " " + replaced.Device: "", lasting.DeviceEnrolled + " " + broken.Device: "",
		}
		wantEqual(t, "events", len(got), len(want))
		for name, data := range want {
			e := got[name]
			if e.Tenant != w.tenant.ID || e.Account != w.account.ID || string(e.Personal.(json.RawMessage)) != `{"holder":"Erika Mustermann","label":"Erikas Telefon"}` {
				t.Errorf("%s: %+v", name, e)
			}
			if data != "" && string(e.Data.(json.RawMessage)) != data {
				t.Errorf("%s says %s", name, e.Data)
			}
		}
		if e := got[lasting.DeviceLeft+" "+left.Device]; e.Installation != left.Installation || e.Actor != (outbox.Actor{Kind: outbox.ByDevice, ID: left.Device}) {
			t.Errorf("left: %+v", e)
		}
	})
}

func TestANewPhoneSaysByWhichOfTheAccountsOwnChannelsItWasProven(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		helper := w.newAccount("4712")
		for prover, want := range map[string]string{w.account.ID: "sms", helper.ID: ""} {
			e, err := w.begun(account.ByOperator)
			must(t, err)
			w.bind(e)
			must(t, s.SQL(t.Context(), `UPDATE enrolments SET proof_account = $1, proof_method = 'sms' WHERE id = $2`, prover, e.ID))
			must(t, w.confirm(e))
			data, err := db.One(t.Context(), s.Reads(), db.ScanString, `SELECT data FROM outbox WHERE kind = $1 AND subject = $2`, lasting.DeviceEnrolled, e.Device)
			must(t, err)
			var told struct{ Proof string }
			must(t, json.Unmarshal([]byte(data), &told))
			wantEqual(t, "proof", told.Proof, want)
		}
	})
}
