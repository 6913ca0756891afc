package lasting_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
)

// ended ends an approval of the world's account.
func (w *world) ended(change func(*approval.Pending), status approval.Status) approval.Outcome {
	w.t.Helper()
	p := w.pending()
	change(&p)
	o, err := w.s.End(w.t.Context(), p, status)
	must(w.t, err)
	return o
}

func TestPastLoginsComeOncePerTenantAndInTheOrderOfTime(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		as := func(*approval.Pending) {}
		g, err := s.PutGroup(t.Context(), s.Writes(), account.Group{ID: newID(t, id.Group), Tenant: w.tenant.ID, Name: "customers"})
		must(t, err)
		must(t, db.MustTouch(t.Context(), s.Writes(), db.ErrNotFound,
			`UPDATE accounts SET group_id = $2, interval_days = 3 WHERE id = $1`, w.account.ID, g.ID))
		since, err := s.Now(t.Context())
		must(t, err)
		var want []string
		for range 5 {
			want = append(want, w.ended(as, approval.StatusCancelled).Approval)
		}
		// All at the same moment: what is left is the order of their ids.
		_, err = db.Exec(t.Context(), s.Writes(), `UPDATE outcomes SET decided_at = $1`, db.Micros(since.Add(time.Second)))
		must(t, err)
		slices.Sort(want)
		w.ended(func(p *approval.Pending) { p.Kind = approval.Transaction }, approval.StatusCancelled)
		w.ended(as, approval.StatusSuperseded)
		other := newWorld(t, s)
		other.ended(as, approval.StatusCancelled)
		w.after(time.Minute)
		phone := w.phone()
		p := w.pending()
		_, err = w.decide(p, phone, approval.Approve)
		must(t, err)
		want = append(want, p.ID)

		var got []string
		page := lasting.PastPage{Since: since}
		for {
			logins, err := s.PastLogins(t.Context(), w.tenant.ID, page)
			must(t, err)
			if len(logins) == 0 {
				break
			}
			l := logins[0] // as if a page had one
			got = append(got, l.Approval)
			page.After, page.Approval = l.At, l.Approval
			if l.Group != g.ID || l.Interval == nil || *l.Interval != 3 || l.Account != w.account.ID || l.Application != w.app.ID ||
				!l.HasMethod || l.Approved != (l.Approval == p.ID) || len(l.Document) == 0 {
				t.Errorf("a login is %+v", l)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("logins %v, want %v", got, want)
		}
		later, err := s.PastLogins(t.Context(), w.tenant.ID, lasting.PastPage{Since: since.Add(time.Hour)})
		must(t, err)
		wantEqual(t, "logins since later", len(later), 0)
	})
}
