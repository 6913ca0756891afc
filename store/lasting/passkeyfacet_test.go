package lasting_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

func TestWhoHasAPasskeyHasAMethodInTheDirectory(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.changed("4711", account.Edit{Email: account.Set("erika@example.com")})
		w.newAccount("none")
		picks := func(f lasting.AccountFilter) string {
			t.Helper()
			found, err := s.Accounts(t.Context(), w.tenant.ID, f)
			must(t, err)
			return names(found)
		}
		wantEnrolled := func(has, lacks string) {
			t.Helper()
			for _, facet := range []lasting.Facet{"passkey", "any"} {
				with, without := picks(lasting.AccountFilter{Has: []lasting.Facet{facet}}), picks(lasting.AccountFilter{Lacks: []lasting.Facet{facet}})
				if with != has || without != lacks {
					t.Errorf("%q have %s and %q lack it, want %q and %q", with, facet, without, has, lacks)
				}
			}
		}
		wantEnrolled("", "4711 none")
		w.method(w.account, "passkey")
		wantEnrolled("4711", "none")
		e, err := s.Entry(t.Context(), w.tenant.ID, "4711")
		must(t, err)
		if !slices.Equal(e.Methods, []approval.Method{approval.MethodPasskey}) {
			t.Errorf("the directory names %v", e.Methods)
		}
		skip, err := s.Invite(t.Context(), w.tenant.ID, "4711", false, support, func(context.Context, *sql.Tx, account.Account) error { return nil })
		must(t, err)
		if skip != lasting.SkipEnrolled {
			t.Errorf("somebody with a passkey is invited to get a method: %q", skip)
		}
		must(t, s.SQL(t.Context(), `UPDATE methods SET disabled_at = jawort_now() WHERE account = $1`, w.account.ID))
		wantEnrolled("", "4711 none")
	})
}
