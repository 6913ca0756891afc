package lasting_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/lasting"
)

// holders are two people who share a login, with a phone each, and have both answered.
func (w *world) holders() (anna, bernd approval.Signer) {
	w.t.Helper()
	anna, bernd = w.phone(), w.phone()
	must(w.t, w.s.SQL(w.t.Context(), `UPDATE devices SET holder = 'Anna Muster', label = 'Annas Telefon' WHERE id = $1`, anna.Device))
	must(w.t, w.s.SQL(w.t.Context(), `UPDATE devices SET holder = 'Bernd Muster', label = 'Bernds Telefon' WHERE id = $1`, bernd.Device))
	w.news("1", func(n *lasting.News) {})
	for _, each := range [][2]approval.Signer{{anna, bernd}, {bernd, anna}} {
		p := w.pending()
		_, err := w.decide(p, each[0], approval.Approve)
		must(w.t, err)
		_, err = w.decide(p, each[1], approval.Report)
		must(w.t, err)
	}
	p := w.pending()
	_, err := w.decide(p, anna, approval.Deny)
	must(w.t, err)
	_, err = w.decide(p, bernd, approval.Approve)
	must(w.t, err)
	must(w.t, w.s.SQL(w.t.Context(), `UPDATE outcomes SET holder = 'Anna Muster', label = 'Annas Telefon' WHERE device = $1`, anna.Device))
	must(w.t, w.s.SQL(w.t.Context(), `UPDATE late_reports SET holder = 'Anna Muster' WHERE device = $1`, anna.Device))
	return anna, bernd
}

func TestOneHolderOfALoginIsErasedAndTheOtherGoesOn(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, log := newWorld(t, s), audit.New(s.DB, rand.Reader)
		anna, bernd := w.holders()
		must(t, s.EraseDevice(t.Context(), w.tenant.ID, "4711", anna.Device, support, audit.EraseDevice))
		for _, from := range []string{
			`devices WHERE holder || label LIKE '%Anna%'`, `outcomes WHERE holder || label LIKE '%Anna%'`, `late_reports WHERE holder LIKE '%Anna%'`,
			`outbox WHERE personal LIKE '%Anna%'`, `partial_denies WHERE device = '` + anna.Device + `'`, `notices WHERE device = '` + anna.Device + `'`,
			`installations WHERE id = '` + anna.Installation + `' AND (model <> '' OR address IS NOT NULL)`,
		} {
			wantEqual(t, from, w.count(from), 0)
		}
		for _, from := range []string{
			`devices WHERE holder = 'Bernd Muster' AND label = 'Bernds Telefon'`, `notices WHERE device = '` + bernd.Device + `'`,
			`installations WHERE id = '` + bernd.Installation + `' AND model <> ''`, `outcomes WHERE device = '` + anna.Device + `' AND signature IS NOT NULL`,
		} {
			wantEqual(t, from, w.count(from), 1)
		}
		_, err := w.decide(w.pending(), anna, approval.Approve)
		wantInactive(t, err)
		v, err := w.decide(w.pending(), bernd, approval.Approve)
		wantEnd(t, v, err, approval.StatusApproved)
		wantEqual(t, "events", len(w.events("device.erased")), 1)
		must(t, s.EraseDevice(t.Context(), w.tenant.ID, "4711", anna.Device, support, audit.EraseDevice)) // again
		token, _, err := log.Lease(t.Context(), time.Minute)
		must(t, err)
		_, err = log.Append(t.Context(), token, time.Minute, 1000)
		must(t, err)
		_, err = log.Verify(t.Context(), w.tenant.ID, jose.JSONWebKeySet{})
		must(t, err)
	})
}

func TestNobodyErasesAPhoneOfAnotherLoginOrTenant(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		phone := w.phone()
		w.newAccount("4712")
		wantError(t, s.EraseDevice(t.Context(), w.tenant.ID, "4712", phone.Device, support), account.ErrUnknownDevice)
		wantError(t, s.EraseDevice(t.Context(), other.tenant.ID, "4711", phone.Device, support), account.ErrUnknownDevice)
		broken := func(context.Context, *sql.Tx, string, string) error { return errOther }
		wantError(t, s.EraseDevice(t.Context(), w.tenant.ID, "4711", phone.Device, support, broken), errOther)
		v, err := w.decide(w.pending(), phone, approval.Approve)
		wantEnd(t, v, err, approval.StatusApproved)
	})
}

func TestAHoldersDossierTellsNothingOfTheOther(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		anna, bernd := w.holders()
		all, err := s.Dossier(t.Context(), w.tenant.ID, "4711")
		must(t, err)
		d, err := all.Of(anna.Device)
		must(t, err)
		if len(d.Devices) != 1 || len(d.Enrolments) != 1 || len(d.Outcomes) != 1 || len(d.Denies) != 1 || len(d.Reports) != 1 || len(d.Notices) != 1 ||
			d.Devices[0].Holder != "Anna Muster" || d.Entry.ID != "" {
			t.Errorf("Anna is told %+v", d)
		}
		if _, err := all.Of("dev_of_nobody"); !is(err, account.ErrUnknownDevice) {
			t.Errorf("of nobody: %v", err)
		}
		if len(all.Devices) != 2 || all.Devices[1].ID != bernd.Device {
			t.Errorf("the whole has become %+v", all.Devices)
		}
	})
}
