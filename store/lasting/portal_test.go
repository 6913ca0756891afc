package lasting_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func (w *world) offer(r lasting.PortalRequest) (account.PortalSession, []byte, error) {
	w.t.Helper()
	p := account.PortalSession{
		ID: newID(w.t, id.Portal), Tenant: w.tenant.ID, Application: w.app.ID, ExternalID: w.account.ExternalID, ReturnURL: "https://login.example/", Page: "devices",
	}
	code := account.HashCode(p.ID)
	kept, err := w.s.OfferPortal(w.t.Context(), p, code, r, lasting.By{Application: w.app.ID, Actor: outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}})
	return kept, code, err
}

// portal is a session that somebody opened.
func (w *world) portal() (account.PortalSession, []byte) {
	w.t.Helper()
	_, code, err := w.offer(lasting.PortalRequest{})
	must(w.t, err)
	secret := account.HashCode("secret of " + string(code))
	p, err := w.s.EnterPortal(w.t.Context(), code, secret, nil)
	must(w.t, err)
	return p, secret
}

func TestOfManyBrowsersWithOneAddressOneIsLetIn(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		_, code, err := w.offer(lasting.PortalRequest{})
		must(t, err)
		var in atomic.Int32
		var all sync.WaitGroup
		for n := range 12 {
			all.Go(func() {
				_, err := s.EnterPortal(t.Context(), code, account.HashCode(fmt.Sprint("secret ", n)), nil)
				switch {
				case err == nil:
					in.Add(1)
				case !errors.Is(err, account.ErrUnknownPortal):
					t.Error(err)
				}
			})
		}
		all.Wait()
		wantEqual(t, "browsers that were let in", in.Load(), 1)
	})
}

func TestARepeatedOfferMadeAtOnceIsOneSession(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		r := lasting.PortalRequest{Key: []byte("key"), Hash: []byte("asked")}
		var ids sync.Map
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				p, _, err := w.offer(r)
				if err != nil {
					t.Error(err)
				}
				ids.Store(p.ID, true)
			})
		}
		all.Wait()
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		wantEqual(t, "sessions", n, 1)
		_, _, err := w.offer(lasting.PortalRequest{Key: []byte("key"), Hash: []byte("something else")})
		wantError(t, err, approval.ErrKeyReused)
	})
}

func TestAStepIsTakenOnceByItsSessionForAConfirmationOfItsAccount(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		mine, _ := w.portal()
		another, _ := w.portal()
		p := w.pending()
		must(t, s.PlanStep(t.Context(), mine.ID, account.PortalStep{Approval: p.ID, Kind: "remove-device", Subject: phone.Device}))
		take := func(session string) error {
			_, err := s.TakeStep(t.Context(), session, p.ID)
			return err
		}
		wantError(t, take(mine.ID), account.ErrUnconfirmed)
		_, err := w.decide(p, phone, approval.Approve)
		must(t, err)
		wantError(t, take(another.ID), account.ErrUnconfirmed)
		var taken atomic.Int32
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				if take(mine.ID) == nil {
					taken.Add(1)
				}
			})
		}
		all.Wait()
		wantEqual(t, "times that the step was taken", taken.Load(), 1)

		of := w.newAccount("4712") // whose approval is no confirmation of this account
		foreign := w.phoneOf(of)
		w.account, p = of, approval.Pending{}
		p = w.pending()
		must(t, s.PlanStep(t.Context(), mine.ID, account.PortalStep{Approval: p.ID, Kind: "remove-device"}))
		_, err = w.decide(p, foreign, approval.Approve)
		must(t, err)
		wantError(t, take(mine.ID), account.ErrUnconfirmed)
	})
}

func TestAPortalGoesWithItsAccount(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		_, secret := w.portal()
		_, err := s.Portal(t.Context(), secret)
		must(t, err)
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}))
		_, err = s.Portal(t.Context(), secret)
		wantError(t, err, account.ErrUnknownPortal)
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}))
		_, _, err = s.PortalOffer(t.Context(), account.HashCode("none"))
		wantError(t, err, account.ErrUnknownPortal)
		w.account = w.newAccount("4713")
		_, secret = w.portal()
		w.after(25 * time.Hour)
		_, err = s.Portal(t.Context(), secret)
		wantError(t, err, account.ErrUnknownPortal)
		n, err := s.ForgetPortals(t.Context(), 10)
		must(t, err)
		wantEqual(t, "forgotten", n, 1)
	})
}
