package lasting_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestEachEndOfAnApprovalHasItsActorInTheLog(t *testing.T) {
	page := outbox.Actor{Kind: outbox.ByBrowser, ID: "apr_1"}
	key := outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		want := map[string]string{}

		p := w.pending()
		_, err := w.decide(p, phone, approval.Approve)
		must(t, err)
		want[p.ID] = "device:" + phone.Device
		p = w.pending()
		_, err = s.EndBy(t.Context(), p, approval.StatusCancelled, key)
		must(t, err)
		want[p.ID] = "key:key_1"
		p = w.pending()
		_, err = s.End(t.Context(), p, approval.StatusSuperseded)
		must(t, err)
		want[p.ID] = "system"
		byCode := w.pending()
		must(t, s.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, _, err := s.ApproveBy(ctx, tx, byCode, approval.MethodSMS, page)
			return err
		}))
		want[byCode.ID] = "browser:apr_1"
		byPasskey := w.pending()
		must(t, s.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, _, err := s.ApproveByPasskey(ctx, tx, byPasskey, approval.Passkey{ID: "pky_1"}, nil)
			return err
		}))
		want[byPasskey.ID] = "passkey:pky_1"
		p = w.pending()
		_, err = s.LetIn(t.Context(), p, approval.MethodNotEnforced, "")
		must(t, err)
		want[p.ID] = "system"

		log := audit.New(s.DB, rand.Reader)
		token, _, err := log.Lease(t.Context(), time.Minute)
		must(t, err)
		_, err = log.Append(t.Context(), token, time.Minute, 100)
		must(t, err)
		records, err := log.Records(t.Context(), w.tenant.ID, audit.Filter{Limit: 100})
		must(t, err)
		for _, r := range records {
			if actor, ended := want[r.Entry.Subject]; ended {
				wantEqual(t, r.Entry.Kind, r.Entry.Actor, actor)
				delete(want, r.Entry.Subject)
			}
		}
		wantEqual(t, "ends that are not in the log", len(want), 0)
	})
}

func TestWhatTheCommandLineSetsUpIsInTheLogOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.tenant = account.Tenant{ID: newID(t, id.Tenant), Name: "Another"}
		w.app = account.Application{ID: newID(t, id.Application), Tenant: w.tenant.ID, Name: "Portal"}
		must(t, s.CreateTenant(t.Context(), w.tenant))
		must(t, s.CreateApplication(t.Context(), w.app))
		key := account.Key{ID: newID(t, id.Key), Application: w.app.ID, Scopes: account.Scopes, Hash: []byte("x")}
		must(t, s.CreateKey(t.Context(), key))
		for range 2 {
			must(t, s.RevokeKey(t.Context(), key.ID))
			must(t, s.RevokeApplication(t.Context(), w.app.ID))
			must(t, s.RevokeTenant(t.Context(), w.tenant.ID))
		}
		for kind, subject := range map[string]string{
			lasting.TenantCreated: w.tenant.ID, lasting.ApplicationCreated: w.app.ID, lasting.KeyCreated: key.ID,
			lasting.KeyRevoked: key.ID, lasting.ApplicationRevoked: w.app.ID, lasting.TenantRevoked: w.tenant.ID,
		} {
			told := w.events(kind)
			if len(told) != 1 || told[0].Subject != subject || told[0].Tenant != w.tenant.ID || told[0].Actor.Kind != outbox.ByCommand {
				t.Errorf("%s: %+v", kind, told)
			}
		}
	})
}

func TestWhatAPhoneCallsItsHolderIsInTheLog(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		must(t, s.RenameDevice(t.Context(), phone.Installation, phone.Device, "", "Mallory"))
		told := w.events(lasting.DeviceRenamed)
		if len(told) != 1 || told[0].Account != w.account.ID || told[0].Actor.String() != "device:"+phone.Device || told[0].Tenant != w.tenant.ID {
			t.Fatalf("%+v", told)
		}
		if personal, _ := told[0].Personal.(json.RawMessage); !strings.Contains(string(personal), `"holder":"Mallory"`) {
			t.Errorf("told %s", personal)
		}
	})
}

func TestAnEnrolmentThatWrongDigitsEndedIsInTheLog(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		e, _ := w.completed(w.account, "another key")
		by := outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}
		for n := range account.MaxConfirmations {
			wantEqual(t, "events", len(w.events(lasting.EnrolmentFailed)), 0)
			if _, _, err := s.ConfirmEnrolment(t.Context(), w.tenant.ID, e.ID, false, by); err == nil {
				t.Fatalf("wrong digits are taken at try %d", n)
			}
		}
		told := w.events(lasting.EnrolmentFailed)
		if len(told) != 1 || told[0].Subject != e.ID || told[0].Account != w.account.ID || told[0].Actor != by {
			t.Errorf("%+v", told)
		}
	})
}
