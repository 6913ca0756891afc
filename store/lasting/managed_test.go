package lasting_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"context"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// person is somebody in the portal.
func (w *world) person() lasting.By {
	return lasting.By{Application: w.app.ID, Actor: outbox.Actor{Kind: outbox.ByPerson, ID: "por_1"}}
}

// managedBy makes accounts of a group that one manages, and returns their ids.
func (w *world) managedBy(manager account.Account, group string, p account.GroupPolicy, externalIDs ...string) (ids []string) {
	w.t.Helper()
	_, err := w.s.PutGroup(w.t.Context(), w.s.Writes(), account.Group{ID: newID(w.t, id.Group), Tenant: w.tenant.ID, Name: group, Policy: p})
	must(w.t, err)
	for _, e := range externalIDs {
		a, _, err := w.s.ChangeAccount(w.t.Context(), lasting.Put{ID: newID(w.t, id.Account), Tenant: w.tenant.ID, ExternalID: e, Change: account.Edit{
			Group: account.Set(group), Manager: account.Set(manager.ExternalID), Email: account.Set(e + "@post.example"),
		}}, support)
		must(w.t, err)
		ids = append(ids, a.ID)
	}
	return ids
}

var weekly = account.GroupPolicy{Interval: account.Interval{Max: 7, Default: 2}}

func TestAManagerReachesThoseWhomTheyManageAtThatMoment(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		other := w.newAccount("other")
		mine, theirs := w.managedBy(w.account, "customers", weekly, "c1", "c2"), w.managedBy(other, "customers", weekly, "c3")
		e, err := s.Managed(t.Context(), w.account.ID, mine[0])
		must(t, err)
		wantEqual(t, "external id", e.ExternalID, "c1")
		edit := account.Edit{Phone: account.Set("+491713920010")}
		for _, unknown := range []string{theirs[0], other.ID, w.account.ID, "acc_none"} {
			_, err := s.Managed(t.Context(), w.account.ID, unknown)
			wantError(t, err, account.ErrUnknownAccount)
			_, err = s.ChangeManaged(t.Context(), w.account.ID, unknown, edit, w.person())
			wantError(t, err, account.ErrUnknownAccount)
			_, err = s.SetIntervals(t.Context(), w.tenant.ID, w.account.ID, []string{mine[0], unknown}, nil, true, w.person())
			wantError(t, err, account.ErrUnknownAccount)
			skip, err := s.InviteManaged(t.Context(), w.account.ID, unknown, false, w.person(), func(context.Context, *sql.Tx, account.Account) error { t.Error("a letter was written"); return nil })
			must(t, err)
			wantEqual(t, "why not", skip, lasting.SkipUnknown)
		}
		after, err := s.ChangeManaged(t.Context(), w.account.ID, mine[0], edit, w.person())
		must(t, err)
		wantEqual(t, "number", after.Phone, "+491713920010")
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, w.account.ExternalID, support))
		_, err = s.ChangeManaged(t.Context(), w.account.ID, mine[0], edit, w.person())
		wantError(t, err, account.ErrUnknownAccount)
	})
}

func TestWhatAnIntervalForManyWouldChangeIsCountedAndALongerOneWantsConfirmation(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		mine := w.managedBy(w.account, "customers", weekly, "c1", "c2", "c3")
		five, three, eight := 5, 3, 8
		must(t, s.SetInterval(t.Context(), w.tenant.ID, "c1", &five, support))
		must(t, s.SetInterval(t.Context(), w.tenant.ID, "c2", &three, support))
		for _, c := range []struct {
			which lasting.Managed
			days  *int
			want  lasting.ManagedChange
		}{
			{lasting.Managed{}, &three, lasting.ManagedChange{Accounts: 3, Changed: 2, Longer: 1, Shorter: 1}},
			{lasting.Managed{}, nil, lasting.ManagedChange{Accounts: 3, Changed: 2, Shorter: 2}},
			{lasting.Managed{Group: "customers"}, &five, lasting.ManagedChange{Accounts: 3, Changed: 2, Longer: 2}},
			{lasting.Managed{IDs: mine[:1]}, &three, lasting.ManagedChange{Accounts: 1, Changed: 1, Shorter: 1}},
		} {
			c.which.Manager = w.account.ID
			got, err := s.PreviewManaged(t.Context(), w.tenant.ID, c.which, c.days)
			must(t, err)
			wantEqual(t, fmt.Sprintf("what changes for %+v", c.which), got, c.want)
		}
		_, err := s.PreviewManaged(t.Context(), w.tenant.ID, lasting.Managed{Manager: w.account.ID}, &eight)
		wantEqual(t, "field", field(err), any("interval"))
		_, err = s.SetIntervals(t.Context(), w.tenant.ID, w.account.ID, mine, &three, false, w.person())
		wantError(t, err, account.ErrUnconfirmed)
		n, err := s.SetIntervals(t.Context(), w.tenant.ID, w.account.ID, mine, &three, true, w.person())
		must(t, err)
		wantEqual(t, "changed", n, 2)
		n, err = s.SetIntervals(t.Context(), w.tenant.ID, w.account.ID, mine, nil, false, w.person())
		must(t, err)
		wantEqual(t, "changed", n, 3)
	})
}

func TestWorkForManyIsOfItsSessionAndGoesOnUntilItEnds(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.managedBy(w.account, "customers", weekly, "c1", "c2", "c3")
		p, _ := w.portal()
		four := 4
		_, err := s.GoOn(t.Context(), p, w.person())
		wantError(t, err, account.ErrNoWork)
		wantError(t, s.BeginWork(t.Context(), p, "", &four, false), account.ErrUnconfirmed)
		_, err = s.Work(t.Context(), p.ID)
		wantError(t, err, account.ErrNoWork)
		must(t, s.BeginWork(t.Context(), p, "customers", &four, true))
		other, _ := w.portal()
		_, err = s.GoOn(t.Context(), other, w.person())
		wantError(t, err, account.ErrNoWork)
		for range 2 {
			done, err := s.GoOn(t.Context(), p, w.person())
			must(t, err)
			if done.Done != 3 || done.Total != 3 || !done.Ended || *done.Days != 4 {
				t.Errorf("it is %+v", done)
			}
		}
		must(t, s.BeginWork(t.Context(), p, "", nil, false))
		begun, err := s.Work(t.Context(), p.ID)
		must(t, err)
		if begun.Done != 0 || begun.Total != 3 || begun.Ended || begun.Days != nil {
			t.Errorf("it is %+v", begun)
		}
		w.after(25 * time.Hour)
		_, err = s.ForgetPortals(t.Context(), 10)
		must(t, err)
		_, err = s.Work(t.Context(), p.ID)
		wantError(t, err, account.ErrNoWork)
	})
}

func TestWorkThatNobodyConfirmedUndoesNoShorteningThatCameMeanwhile(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		mine := w.managedBy(w.account, "customers", weekly, "c1", "c2")
		p, _ := w.portal()
		four, one := 4, 1
		_, err := s.SetIntervals(t.Context(), w.tenant.ID, w.account.ID, mine, &four, true, w.person())
		must(t, err)
		must(t, s.BeginWork(t.Context(), p, "", &four, false)) // lengthens nothing
		_, err = s.SetIntervals(t.Context(), w.tenant.ID, w.account.ID, mine, &one, false, w.person())
		must(t, err)
		_, err = s.GoOn(t.Context(), p, w.person())
		wantError(t, err, account.ErrUnconfirmed)
		c, err := s.PreviewManaged(t.Context(), w.tenant.ID, lasting.Managed{Manager: w.account.ID}, &one)
		must(t, err)
		wantEqual(t, "no longer shortened", c.Changed, 0)
		must(t, s.BeginWork(t.Context(), p, "", &four, true))
		_, err = s.GoOn(t.Context(), p, w.person())
		must(t, err)
	})
}

func TestALongerIntervalOfOnesOwnIsSetOnlyWhereItIsConfirmed(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.managedBy(w.account, "customers", weekly, "c1")
		choose := func(days int, confirmed bool) error {
			return s.ChooseInterval(t.Context(), w.tenant.ID, "c1", &days, confirmed, w.person())
		}
		must(t, choose(0, false))
		wantError(t, choose(1, false), account.ErrUnconfirmed)
		wantError(t, choose(8, true), refusal.Field("interval", ""))
		must(t, choose(5, true))
		must(t, choose(4, false))
		wantError(t, choose(5, false), account.ErrUnconfirmed)
		a, err := s.Account(t.Context(), w.tenant.ID, "c1")
		must(t, err)
		wantEqual(t, "days", *a.Interval, 4)
	})
}

func TestTheRolloutIsCountedForThoseWhoAreManaged(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		mine := w.managedBy(w.account, "customers", weekly, "c1", "c2", "c3", "c4")
		w.managedBy(w.newAccount("other"), "customers", weekly, "c5")
		_, err := s.ChangeManaged(t.Context(), w.account.ID, mine[3], account.Edit{Email: account.Clear[string]()}, w.person())
		must(t, err)
		enrolled, err := s.Account(t.Context(), w.tenant.ID, "c1")
		must(t, err)
		w.phoneOf(enrolled)
		letter := func(context.Context, *sql.Tx, account.Account) error { return nil }
		_, err = s.InviteManaged(t.Context(), w.account.ID, mine[1], false, w.person(), letter)
		must(t, err)
		o, err := s.Rollout(t.Context(), w.account.ID)
		must(t, err)
		wantEqual(t, "rollout", o, lasting.Rollout{Accounts: 4, Enrolled: 1, Phones: 1, Invited: 1, Invitable: 1})
		w.after(25 * time.Hour)
		o, err = s.Rollout(t.Context(), w.account.ID)
		must(t, err)
		wantEqual(t, "those to be reminded", o.Remindable, 1)
		for _, c := range []struct {
			found func() ([]lasting.Awaited, error)
			want  string
		}{
			{func() ([]lasting.Awaited, error) { return s.Awaited(t.Context(), w.account.ID, "", 10) }, "c2 c3 c4 "},
			{func() ([]lasting.Awaited, error) { return s.Awaited(t.Context(), w.account.ID, "c2", 1) }, "c3 "},
			{func() ([]lasting.Awaited, error) { return s.ToAsk(t.Context(), w.account.ID, false, "", 10) }, "c3 "},
			{func() ([]lasting.Awaited, error) { return s.ToAsk(t.Context(), w.account.ID, true, "", 10) }, "c2 "},
		} {
			found, err := c.found()
			must(t, err)
			got := ""
			for _, a := range found {
				got += a.ExternalID + " "
			}
			wantEqual(t, "those who are left", got, c.want)
		}
	})
}

func TestTheRolloutFollowsWhateverChanges(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		other := w.newAccount("other")
		mine := w.managedBy(w.account, "customers", weekly, "c1", "c2", "c3")
		want := func(what string, manager account.Account, o lasting.Rollout) {
			t.Helper()
			got, err := s.Rollout(t.Context(), manager.ID)
			must(t, err)
			wantEqual(t, what, got, o)
		}
		want("at first", w.account, lasting.Rollout{Accounts: 3, Invitable: 3})
		w.changed("c1", account.Edit{Phone: account.Set("+491713920010"), Email: account.Clear[string]()})
		want("with a number in place of an address", w.account, lasting.Rollout{Accounts: 3, Numbers: 1, Invitable: 2})
		w.changed("c1", account.Edit{Phone: account.Clear[string](), Email: account.Set("c1@post.example")})
		want("the other way round", w.account, lasting.Rollout{Accounts: 3, Invitable: 3})
		letter := func(context.Context, *sql.Tx, account.Account) error { return nil }
		for days, remind := range []bool{false, true} {
			skip, err := s.InviteManaged(t.Context(), w.account.ID, mine[1], remind, w.person(), letter)
			must(t, err)
			wantEqual(t, "why not", skip, "")
			want("asked lately", w.account, lasting.Rollout{Accounts: 3, Invited: 1, Invitable: 2})
			w.after(time.Duration(days+1) * 25 * time.Hour)
			want("asked a day ago", w.account, lasting.Rollout{Accounts: 3, Invited: 1, Invitable: 2, Remindable: 1})
		}
		w.changed("c2", account.Edit{Manager: account.Set("other")})
		want("without whom another manages", w.account, lasting.Rollout{Accounts: 2, Invitable: 2})
		want("of the other", other, lasting.Rollout{Accounts: 1, Invited: 1, Remindable: 1})
		found, err := s.ToAsk(t.Context(), other.ID, true, "", 10)
		must(t, err)
		wantEqual(t, "those to be reminded by the other", len(found), 1)
		must(t, s.DeleteAccount(t.Context(), w.tenant.ID, "c2", support))
		want("of the other, without whom is deleted", other, lasting.Rollout{})
		w.changed("c3", account.Edit{Manager: account.Clear[string]()})
		want("without whom nobody manages", w.account, lasting.Rollout{Accounts: 1, Invitable: 1})
	})
}

func TestWhatAManagerPlannedAboutSomebodyIsErasedWithThem(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		mine := w.managedBy(w.account, "customers", weekly, "c1", "c2")
		p, _ := w.portal()
		for n, one := range mine {
			must(t, s.PlanStep(t.Context(), p.ID, account.PortalStep{Approval: fmt.Sprint("apr_", n), Kind: "customer-phone", Subject: one + " +491713920010", About: "c"}))
		}
		must(t, s.EraseAccount(t.Context(), w.tenant.ID, "c1", support))
		_, err := s.Step(t.Context(), p.ID, "apr_0")
		wantError(t, err, account.ErrUnconfirmed)
		_, err = s.Step(t.Context(), p.ID, "apr_1")
		must(t, err)
	})
}
