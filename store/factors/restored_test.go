package factors_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/factors"
)

func TestAllBypassCodesOfATenantEnd(t *testing.T) {
	onEach(t, func(w *world) {
		end := func(tenant string) (n int64) {
			must(w.T, w.d.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) (err error) {
				n, err = factors.EndBypasses(ctx, tx, tenant)
				return err
			}))
			return n
		}
		given, err := w.s.AddBypass(w.Context(), w.account.ID, factor.Bypass{Reason: "phone stolen", Life: time.Hour, Uses: 2}, byKey)
		must(w.T, err)
		if n := end("ten_another"); n != 0 {
			w.Errorf("%d of another tenant ended", n)
		}
		o, err := w.confirm(w.login(), approval.MethodBypass, given.Code)
		must(w.T, err)
		if o.Status != approval.StatusApproved {
			w.Fatalf("before: %+v", o)
		}
		if n := end(w.tenant.ID); n != 1 {
			w.Errorf("%d ended", n)
		}
		if o, err := w.confirm(w.login(), approval.MethodBypass, given.Code); err == nil {
			w.Errorf("afterwards it is taken: %+v", o)
		}
		if n := end(w.tenant.ID); n != 0 {
			w.Errorf("%d ended again", n)
		}
	})
}
