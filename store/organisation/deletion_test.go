package organisation_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

const grouped = `
tenant: {name: Muster}
groups: [{name: Customers}, {name: Brokers}]
sms: {currency: EUR, prices: {"+49": 0.07}, budgets: [{scope: group, subject: Brokers, period: month, limit: 10}]}
accounts: [{account: 4711, group: Customers}]
`

var ada = outbox.Actor{Kind: outbox.ByOperator, ID: "opr_ada"}

// group returns the tenant's group of this name.
func (w *world) group(tenant, name string) account.Group {
	w.Helper()
	for _, g := range w.groups(tenant) {
		if g.Name == name {
			return g
		}
	}
	w.Fatalf("there is no group %s", name)
	return account.Group{}
}

func (w *world) wantRefused(what string, err error, code string) {
	w.Helper()
	var r *refusal.Error
	if !errors.As(err, &r) || r.Code != code {
		w.Errorf("%s: %v; want %s", what, err, code)
	}
}

func TestAGroupIsDeletedOnceNoAccountIsInItAndNoBudgetIsAboutIt(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(grouped)
		muster := w.tenant("Muster").ID
		customers, brokers := w.group(muster, "Customers"), w.group(muster, "Brokers")
		remove := func(g account.Group) error { return w.DeleteGroupBy(w.Context(), ada, muster, g.ID) }
		w.events()
		w.wantRefused("with an account in it", remove(customers), "group-not-empty")
		w.wantRefused("with a budget", remove(brokers), "group-budgeted")
		if accounts, budgets, err := w.GroupUse(w.Context(), muster, customers.ID); err != nil || accounts != 1 || budgets != 0 {
			w.Errorf("customers: %d accounts, %d budgets, %v", accounts, budgets, err)
		}
		if accounts, budgets, err := w.GroupUse(w.Context(), muster, brokers.ID); err != nil || accounts != 0 || budgets != 1 {
			w.Errorf("brokers: %d accounts, %d budgets, %v", accounts, budgets, err)
		}
		if events := w.events(); len(events) > 0 || len(w.groups(muster)) != 2 {
			w.Errorf("what was refused left %d groups and was told as %q", len(w.groups(muster)), events)
		}
		w.apply(strings.NewReplacer("group: Customers", "", ", budgets: [{scope: group, subject: Brokers, period: month, limit: 10}]", "").Replace(grouped))
		w.events()
		must(w.T, remove(customers))
		must(w.T, remove(brokers))
		w.want("events", strings.Join(w.events(), "\n"), "group.deleted by operator opr_ada\ngroup.deleted by operator opr_ada")
		if left := w.groups(muster); len(left) > 0 {
			w.Errorf("there are %+v", left)
		}
		if err := remove(customers); !errors.Is(err, db.ErrNotFound) {
			w.Errorf("a second time: %v", err)
		}
	})
}

func TestADeletedGroupIsStillKnownByItsNameAndAnotherMayBeCalledSo(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply("tenant: {name: Muster}\ngroups: [{name: Customers}]\naccounts: [{account: 4711, group: Customers}]")
		muster := w.tenant("Muster").ID
		first := w.group(muster, "Customers")
		must(w.T, w.Lasting.DeleteAccount(w.Context(), muster, "4711", lasting.By{})) // whose row still said in which group it was
		must(w.T, w.DeleteGroupBy(w.Context(), ada, muster, first.ID))
		w.apply("tenant: {name: Muster}\ngroups: [{name: Customers}]")
		again := w.group(muster, "Customers")
		names, err := w.Lasting.GroupNames(w.Context(), muster)
		must(w.T, err)
		want := []lasting.GroupName{{ID: again.ID, Name: "Customers"}, {ID: first.ID, Name: "Customers", Deleted: true}}
		if len(names) != 2 || names[0] != want[0] || names[1] != want[1] || first.ID == again.ID {
			w.Errorf("the names are %+v, want %+v", names, want)
		}
	})
}

func TestAnotherTenantsGroupIsNotDeleted(t *testing.T) {
	onEach(t, func(w *world) {
		w.apply(two)
		theirs := w.group(w.tenant("Verlag").ID, "Readers")
		if err := w.DeleteGroupBy(w.Context(), ada, w.tenant("Muster").ID, theirs.ID); !errors.Is(err, db.ErrNotFound) {
			w.Errorf("it is deleted: %v", err)
		}
		w.group(w.tenant("Verlag").ID, "Readers")
	})
}

func into(name string) account.Edit {
	return account.Edit{Group: account.Member[string]{Given: true, Value: &name}}
}

func TestWhoPutsAnAccountIntoAGroupWhileItIsDeletedIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t))) // on SQLite there is no meanwhile
	w.apply(two)
	muster := w.tenant("Muster").ID
	put := make(chan error, 1)
	must(t, w.Lasting.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := w.Lasting.DeleteGroup(ctx, tx, muster, w.group(muster, "Customers").ID)
		go func() {
			_, _, err := w.Lasting.ChangeAccount(t.Context(), lasting.Put{ID: "acc_late", Tenant: muster, ExternalID: "4711", Change: into("Customers")}, lasting.By{})
			put <- err
		}()
		w.waiting(1)
		return err
	}))
	w.wantRefused("the account", <-put, "invalid-request")
	if _, err := w.Lasting.Account(t.Context(), muster, "4711"); err == nil {
		t.Error("the account is there")
	}
}

func TestAGroupIntoWhichSomebodyPutsAnAccountMeanwhileIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.Open(t, pgtest.New(t)))
	w.apply("tenant: {name: Muster}\ngroups: [{name: Customers}]\naccounts: [{account: 4711}]")
	muster := w.tenant("Muster").ID
	group := w.group(muster, "Customers").ID
	removed := make(chan error, 1)
	must(t, w.Lasting.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE accounts SET group_id = $1 WHERE external_id = '4711'`, group)
		go func() { removed <- w.DeleteGroupBy(t.Context(), ada, muster, group) }()
		w.waiting(1)
		return err
	}))
	w.wantRefused("the deletion", <-removed, "group-not-empty")
	w.group(muster, "Customers")
}
