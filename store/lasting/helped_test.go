package lasting_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

var byOperator = outbox.Actor{Kind: outbox.ByOperator, ID: "opr_1"}

func TestSupportFindsWhoIsReachedByAWholeNumberOrAddressInItsOwnTenantOnly(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		for _, house := range []*world{w, other} {
			for _, name := range []string{"1", "2"} {
				house.newAccount(name)
				house.changed(name, account.Edit{Phone: account.Set("+4915123456789"), Email: account.Set("Erika@example.org")})
			}
		}
		find := func(r lasting.Reached) []string {
			found, err := s.ReachedBy(t.Context(), w.tenant.ID, r, 10)
			must(t, err)
			names := []string{}
			for _, a := range found {
				wantEqual(t, "tenant", a.Tenant, w.tenant.ID)
				names = append(names, a.ExternalID)
			}
			return names
		}
		for _, c := range []struct {
			by   lasting.Reached
			want []string
		}{
			{lasting.Reached{Phone: "+4915123456789"}, []string{"1", "2"}}, {lasting.Reached{Email: "Erika@example.org"}, []string{"1", "2"}},
			{lasting.Reached{Phone: "+491512345678"}, nil}, {lasting.Reached{Phone: "+4915123456789%"}, nil},
			{lasting.Reached{Email: "erika@example.org"}, nil}, {lasting.Reached{Email: "@example.org"}, nil}, {lasting.Reached{}, nil},
		} {
			if got := find(c.by); !slices.Equal(got, append([]string{}, c.want...)) {
				t.Errorf("%+v finds %v", c.by, got)
			}
		}
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "1", lasting.By{}))
		wantEqual(t, "found after one was deleted", len(find(lasting.Reached{Phone: "+4915123456789"})), 1)
	})
}

func TestAnAccountIsFoundByItsIdInItsOwnTenantOnly(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		found, err := s.AccountByID(t.Context(), w.tenant.ID, w.account.ID)
		must(t, err)
		wantEqual(t, "account", found.ExternalID, "4711")
		_, err = s.AccountByID(t.Context(), w.tenant.ID, other.account.ID)
		wantError(t, err, account.ErrUnknownAccount)
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "4711", lasting.By{}))
		_, err = s.AccountByID(t.Context(), w.tenant.ID, w.account.ID)
		wantError(t, err, account.ErrUnknownAccount)
	})
}

func TestARecoveryRunsUntilItIsStopped(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		w.phone()
		runs := func(tenant string) bool {
			_, ok, err := s.RunningRecovery(t.Context(), tenant, w.account.ID)
			must(t, err)
			return ok
		}
		wantEqual(t, "runs before", runs(w.tenant.ID), false)
		r := w.announce()
		wantEqual(t, "runs", runs(w.tenant.ID), true)
		wantEqual(t, "runs for another tenant", runs(other.tenant.ID), false)
		_, err := s.StopRecovery(t.Context(), w.tenant.ID, r.ID, byOperator)
		must(t, err)
		wantEqual(t, "runs after", runs(w.tenant.ID), false)
	})
}

func TestReportsAreShownUntilTheyAreLifted(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		p := w.pending()
		kept, err := approval.Context{Network: "203.0.113.0/24"}.Encode()
		must(t, err)
		p.Context = kept
		_, err = w.decide(p, w.phone(), approval.Report)
		must(t, err)
		found, err := s.ReportPauses(t.Context(), w.account.ID, 10)
		must(t, err)
		if len(found) != 1 || found[0].Network != "203.0.113.0/24" || found[0].Approval != p.ID || found[0].PausedAt.IsZero() {
			t.Errorf("%+v", found)
		}
		_, err = s.LiftReports(t.Context(), w.tenant.ID, "4711", byOperator)
		must(t, err)
		found, err = s.ReportPauses(t.Context(), w.account.ID, 10)
		must(t, err)
		wantEqual(t, "left", len(found), 0)
	})
}

func TestWhyADeviceWasRevokedIsKeptWhereItCanBeErased(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, other := newWorld(t, s), newWorld(t, s)
		phone := w.phone()
		err := s.RevokeDeviceBecause(t.Context(), other.tenant.ID, "4711", phone.Device, "The caller lost it.", byOperator)
		wantError(t, err, account.ErrUnknownDevice)
		must(t, s.RevokeDeviceBecause(t.Context(), w.tenant.ID, "4711", phone.Device, "The caller lost it.", byOperator))
		told := w.events(lasting.DeviceRevoked)
		wantEqual(t, "times that it is told", len(told), 1)
		wantEqual(t, "data", string(asJSON(t, told[0].Data)), `{"reason":"revoked"}`)
		wantEqual(t, "personal", string(asJSON(t, told[0].Personal)), `{"holder":"Erika Mustermann","label":"Erikas Telefon","reason":"The caller lost it."}`)
		wantEqual(t, "actor", told[0].Actor.ID, "opr_1")
	})
}

func asJSON(t *testing.T, v any) json.RawMessage {
	t.Helper()
	raw, ok := v.(json.RawMessage)
	if !ok {
		t.Fatalf("%T", v)
	}
	return raw
}
