package lasting_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestAnApplicationComesBackAsItWasMade(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		a, err := s.Application(t.Context(), w.app.ID)
		must(t, err)
		if a.Name != "Portal" || a.TenantName != "Musterbank" || a.Digits() != 2 || !slices.Equal(a.Origins, w.app.Origins) {
			t.Fatalf("application is %+v", a)
		}
		if age := time.Since(a.CreatedAt); age < -time.Minute || age > time.Minute {
			t.Fatalf("created_at is %v", a.CreatedAt)
		}
		list, err := s.Applications(t.Context(), w.tenant.ID)
		must(t, err)
		wantEqual(t, "number of applications", len(list), 1)
		_, err = s.Application(t.Context(), "app_unknown")
		wantError(t, err, db.ErrNotFound)
	})
}

func TestAKeyIsFoundUntilItOrItsApplicationOrTenantIsRevoked(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		for name, revoke := range map[string]func(w *world, k account.Key) error{
			"key":         func(_ *world, k account.Key) error { return s.RevokeKey(t.Context(), k.ID) },
			"application": func(w *world, _ account.Key) error { return s.RevokeApplication(t.Context(), w.app.ID) },
			"tenant":      func(w *world, _ account.Key) error { return s.RevokeTenant(t.Context(), w.tenant.ID) },
		} {
			w := newWorld(t, s)
			k := account.Key{ID: newID(t, id.Key), Application: w.app.ID, Scopes: []account.Scope{account.ScopeLogin, account.ScopeAdmin}, Hash: account.HashSecret(w.app.ID)}
			must(t, s.CreateKey(t.Context(), k))
			found, app, err := s.KeyByHash(t.Context(), k.Hash)
			must(t, err)
			if found.ID != k.ID || !slices.Equal(found.Scopes, k.Scopes) || app.ID != w.app.ID || app.Origins[0] != "https://login.example" {
				t.Fatalf("found %+v of %+v", found, app)
			}
			must(t, revoke(w, k))
			must(t, revoke(w, k))
			if _, _, err := s.KeyByHash(t.Context(), k.Hash); !is(err, db.ErrNotFound) {
				t.Fatalf("after revoking the %s the key is found: %v", name, err)
			}
		}
	})
}

func TestNothingIsAddedToWhatIsRevokedOrUnknown(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		must(t, s.RevokeApplication(t.Context(), w.app.ID))
		wantError(t, s.CreateKey(t.Context(), account.Key{ID: "key_1", Application: w.app.ID, Hash: []byte("h")}), db.ErrNotFound)
		must(t, s.RevokeTenant(t.Context(), w.tenant.ID))
		wantError(t, s.CreateApplication(t.Context(), account.Application{ID: "app_1", Tenant: w.tenant.ID}), db.ErrNotFound)
		wantError(t, s.RevokeTenant(t.Context(), "ten_unknown"), db.ErrNotFound)
		wantError(t, s.RevokeApplication(t.Context(), "app_unknown"), db.ErrNotFound)
		wantError(t, s.RevokeKey(t.Context(), "key_unknown"), db.ErrNotFound)
		tenants, err := s.Tenants(t.Context())
		must(t, err)
		if len(tenants) != 1 || tenants[0].RevokedAt.IsZero() {
			t.Fatalf("tenants are %+v", tenants)
		}
	})
}

func TestPuttingAnAccountAgainFindsItAndChangesItsLabel(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		again := account.Account{ID: newID(t, id.Account), Tenant: w.tenant.ID, ExternalID: w.account.ExternalID, Label: "Neu"}
		stored, created, err := s.PutAccount(t.Context(), again)
		must(t, err)
		if created || stored.ID != w.account.ID || stored.Label != "Neu" || stored.TenantName != "Musterbank" {
			t.Fatalf("created %v, stored %+v", created, stored)
		}
		again.Label = ""
		stored, _, err = s.PutAccount(t.Context(), again)
		must(t, err)
		wantEqual(t, "label", stored.Label, "Neu")
	})
}

func TestAccountsAreListedByPrefixPageByPageInTheOrderOfTheirBytes(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for _, x := range []string{"b-2", "B-1", "b-10", "b%", "b_1", "ü", "b"} {
			w.newAccount(x)
		}
		newWorld(t, s) // another tenant's accounts stay out
		var got []string
		filter := lasting.AccountFilter{Prefix: "b", Limit: 2}
		for {
			page, err := s.Accounts(t.Context(), w.tenant.ID, filter)
			must(t, err)
			if len(page) == 0 {
				break
			}
			for _, a := range page {
				got = append(got, a.ExternalID)
			}
			filter.After = got[len(got)-1]
		}
		if want := []string{"b", "b%", "b-10", "b-2", "b_1"}; !slices.Equal(got, want) {
			t.Fatalf("listed %q, want %q", got, want)
		}
		all, err := s.Accounts(t.Context(), w.tenant.ID, lasting.AccountFilter{})
		must(t, err)
		wantEqual(t, "number of accounts", len(all), 8)
	})
}

func TestADeletedAccountTakesItsDevicesAlongAndComesBackFresh(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		e, _ := w.completed(w.account, "another key")
		p := w.pending()
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}))
		wantError(t, s.DeleteAccount(t.Context(), w.tenant.ID, w.account.ExternalID, lasting.By{}), account.ErrUnknownAccount)

		_, err := s.Signer(t.Context(), phone.Installation, phone.Credential.ID)
		wantInactive(t, err)
		_, err = w.decide(p, phone, "approve")
		wantInactive(t, err)
		_, _, err = s.ConfirmEnrolment(t.Context(), w.tenant.ID, e.ID, true, outbox.Actor{})
		wantError(t, err, account.ErrEnrolmentEnded)

		fresh := w.newAccount(w.account.ExternalID)
		if fresh.ID == w.account.ID {
			t.Fatal("the deleted account came back")
		}
		audience, err := s.Audience(t.Context(), w.tenant.ID, fresh.ExternalID, lasting.Approach{})
		must(t, err)
		wantEqual(t, "number of devices", audience.Devices, 0)
	})
}

func TestAnotherTenantsThingsAreNotFound(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		ctx, foreign := t.Context(), other.tenant.ID
		phone := w.phone()
		e, _ := w.completed(w.account, "key")
		own := w.newAccount("only ours")

		_, err := s.Account(ctx, foreign, own.ExternalID)
		wantError(t, err, account.ErrUnknownAccount)
		_, err = s.Audience(ctx, foreign, own.ExternalID, lasting.Approach{})
		wantError(t, err, account.ErrUnknownAccount)
		_, err = s.Devices(ctx, foreign, own.ExternalID)
		wantError(t, err, account.ErrUnknownAccount)
		wantError(t, s.DeleteAccount(ctx, foreign, own.ExternalID, lasting.By{}), account.ErrUnknownAccount)
		wantError(t, s.RevokeDevice(ctx, foreign, other.account.ExternalID, phone.Device, outbox.Actor{}), account.ErrUnknownDevice)
		wantError(t, s.RevokeDevice(ctx, w.tenant.ID, own.ExternalID, phone.Device, outbox.Actor{}), account.ErrUnknownDevice)
		_, _, err = s.Enrolment(ctx, foreign, e.ID)
		wantError(t, err, account.ErrUnknownEnrolment)
		_, _, err = s.ConfirmEnrolment(ctx, foreign, e.ID, true, outbox.Actor{})
		wantError(t, err, account.ErrUnknownEnrolment)
		_, _, err = s.ConfirmEnrolment(ctx, foreign, e.ID, false, outbox.Actor{})
		wantError(t, err, account.ErrUnknownEnrolment)
		stolen := account.Enrolment{ID: newID(t, id.Enrolment), Tenant: foreign, Application: other.app.ID, Account: own.ID, Device: "dev_x", Challenge: []byte("c")}
		wantError(t, s.CreateEnrolment(ctx, stolen, []byte("hash"), "", outbox.Actor{}), account.ErrUnknownAccount)
	})
}

func TestReceiptKeysStayForEver(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		for range 2 {
			must(t, s.RegisterReceiptKey(t.Context(), "kid 1", []byte("first")))
			must(t, s.RegisterReceiptKey(t.Context(), "kid 2", []byte("second")))
		}
		keys, err := s.ReceiptKeys(t.Context())
		must(t, err)
		if len(keys) != 2 || string(keys[0]) != "first" || string(keys[1]) != "second" {
			t.Fatalf("keys are %q", keys)
		}
	})
}
