package operators_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/operators"
	"github.com/jawort/jawort/store/outbox"
)

// invite invites an administrator by a code that is their id: of a tenant, or of all where it is empty.
func invite(t *testing.T, s *operators.Store, id, tenant string, by outbox.Actor) {
	t.Helper()
	_, err := s.Invite(t.Context(), operator.Operator{ID: id, Name: id, Role: operator.Administrator, Tenant: tenant}, []byte(id), by)
	must(t, err)
}

func join(t *testing.T, s *operators.Store, id string) error {
	t.Helper()
	_, err := s.Join(t.Context(), []byte(id), passkey(id, 0), entry(id, 0))
	return err
}

// wantOpen looks at a link and uses it.
func wantOpen(t *testing.T, s *operators.Store, id string, open bool) {
	t.Helper()
	_, looked := s.Invitation(t.Context(), []byte(id))
	used := join(t, s, id)
	for what, err := range map[string]error{"looking at it": looked, "using it": used} {
		if (err == nil) != open || (err != nil && !errors.Is(err, operator.ErrUnknownInvitation)) {
			t.Errorf("%s, %s: %v", id, what, err)
		}
	}
}

// An administrator who sees it coming invites themselves again under another name.
func TestWhomAnEndedOrDemotedAdministratorInvitedEndsUnlessTheyHaveJoined(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &operators.Store{DB: d}
		bo := operators.Actor(joined(t, s, "opr_bo").Operator)
		for name, lose := range map[string]func(id string) error{
			"ended":   func(id string) error { return s.End(t.Context(), id, bo) },
			"demoted": func(id string) error { return s.SetRole(t.Context(), id, operator.Auditor, bo) },
		} {
			is := func(id string) string { return "opr_" + name + "_" + id }
			ada := operators.Actor(joined(t, s, is("ada")).Operator)
			invite(t, s, is("early"), "", ada)
			must(t, join(t, s, is("early")))
			invite(t, s, is("late"), "", ada)
			invite(t, s, is("others"), "", bo)
			invite(t, s, is("command"), "", byCommand)
			must(t, lose(is("ada")))
			wantOpen(t, s, is("late"), false)
			wantOpen(t, s, is("others"), true)
			wantOpen(t, s, is("command"), true)
			if _, err := s.Session(t.Context(), entry(is("early"), 0).SecretHash); err != nil {
				t.Errorf("%s: who joined before: %v", name, err)
			}
			late, err := s.Operator(t.Context(), "", is("late"))
			must(t, err)
			told, err := db.One(t.Context(), d.Reads(), db.ScanString, `SELECT actor_kind || ':' || actor || ' ' || data FROM outbox WHERE kind = $1 AND subject = $2`, operators.Ended, late.ID)
			if want := `operator:opr_bo {"invited_by":"` + is("ada") + `"}`; err != nil || told != want || late.EndedAt.IsZero() {
				t.Errorf("%s: %v %q, ended %s", name, err, told, late.EndedAt)
			}
		}
	})
}

func TestALinkIsWorthWhatItsInviterMayDoWhenItIsUsed(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &operators.Store{DB: d}
		const one, other = "ten_one", "ten_other"
		for _, id := range []string{one, other} {
			must(t, (&lasting.Store{DB: d}).CreateTenant(t.Context(), account.Tenant{ID: id, Name: id}))
		}
		for i, c := range []struct {
			to   string // the tenant of who is invited; empty: all
			now  string // what is true of the inviter by then
			open bool
		}{
			{"", `role = role`, true},
			{"", `ended_at = 1`, false},
			{"", `role = 'support'`, false},
			{"", `tenant = 'ten_one'`, false},
			{one, `tenant = 'ten_one'`, true},
			{one, `tenant = 'ten_other'`, false},
			{one, `tenant = 'ten_one', role = 'auditor'`, false},
		} {
			ada, eve := fmt.Sprintf("opr_ada_%d", i), fmt.Sprintf("opr_eve_%d", i)
			invite(t, s, eve, c.to, operators.Actor(joined(t, s, ada).Operator))
			_, err := db.Exec(t.Context(), d.Writes(), `UPDATE operators SET `+c.now+` WHERE id = $1`, ada) // past the store, which would have ended them
			must(t, err)
			wantOpen(t, s, eve, c.open)
		}
	})
}

// Inviting, joining and ending at once leaves nobody who came in by somebody's word after their end.
func TestAnInviterWhoEndsWhileLinksAreUsedLeavesNoneOpen(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, d *db.DB) {
		s := &operators.Store{DB: d}
		ada, bo := joined(t, s, "opr_ada"), joined(t, s, "opr_bo")
		const links = 6
		for i := range links / 2 {
			invite(t, s, fmt.Sprintf("opr_%d", i), "", operators.Actor(ada.Operator))
		}
		atOnce(links+1, func(i int) error {
			if i == links {
				return s.End(t.Context(), ada.Operator.ID, operators.Actor(bo.Operator))
			}
			id := fmt.Sprintf("opr_%d", i)
			if i >= links/2 {
				_, err := s.Invite(t.Context(), operator.Operator{ID: id, Name: id, Role: operator.Administrator}, []byte(id), operators.Actor(ada.Operator))
				return err
			}
			return join(t, s, id)
		})
		for i := range links {
			wantOpen(t, s, fmt.Sprintf("opr_%d", i), false)
		}
	})
}

func TestWhoUsesALinkWaitsForTheEndOfItsInviterThatIsUnderWay(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, pgtest.New(t))
	s := &operators.Store{DB: d}
	ada := joined(t, s, "opr_ada")
	invite(t, s, "opr_eve", "", operators.Actor(ada.Operator))
	joining := make(chan error, 1)
	must(t, d.Transact(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := db.Exec(ctx, tx, `UPDATE operators SET ended_at = 1 WHERE id = $1`, ada.Operator.ID)
		must(t, err)
		go func() { joining <- join(t, s, "opr_eve") }()
		for waiting := 0; waiting == 0; {
			select {
			case err := <-joining:
				t.Fatalf("it did not wait: %v", err)
			default:
			}
			waiting, err = db.One(ctx, d.Reads(), db.ScanInt, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
			must(t, err)
		}
		return nil
	}))
	if err := <-joining; !errors.Is(err, operator.ErrUnknownInvitation) {
		t.Errorf("%v", err)
	}
}
