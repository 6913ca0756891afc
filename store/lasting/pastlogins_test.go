package lasting_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
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
		days := 3
		kept, err := approval.Context{Group: "grp_customers", Interval: &days, HasMethod: true, Lineage: "brw_firefox", Remember: true}.Encode()
		must(t, err)
		as := func(p *approval.Pending) { p.Context = kept }
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
		p.Context = kept
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
			e, err := l.AsEvent()
			must(t, err)
			if e.Group != "grp_customers" || e.Interval == nil || *e.Interval != 3 || e.Account != w.account.ID || e.Application != w.app.ID ||
				!e.HasMethod || !e.Remember || e.Lineage != "brw_firefox" || e.Approved != (l.Approval == p.ID) {
				t.Errorf("a login is %+v", e)
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

func TestTheNewestLoginsAreFoundWithoutThoseThatWereErased(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		begun, err := s.Now(t.Context())
		must(t, err)
		at, erased := make([]time.Time, 5), [5]int{3: 1}
		for i := range at {
			at[i] = begun.Add(time.Duration(i+1) * time.Second)
			for _, of := range []*world{w, newWorld(t, s)} { // another tenant's do not count
				o := of.ended(func(*approval.Pending) {}, approval.StatusCancelled)
				_, err := db.Exec(t.Context(), s.Writes(), `UPDATE outcomes SET decided_at = $1, erased_at = $2 WHERE approval = $3`, db.Micros(at[i]), erased[i], o.Approval)
				must(t, err)
			}
		}
		for most, want := range map[int]time.Time{1: at[4], 2: at[2], 3: at[1], 4: at[0], 5: begun} {
			since, err := s.PastSince(t.Context(), w.tenant.ID, begun, most)
			must(t, err)
			if !since.Equal(want) {
				t.Errorf("the newest %d are from %v on, want %v", most, since, want)
			}
		}
		logins, err := s.PastLogins(t.Context(), w.tenant.ID, lasting.PastPage{Since: begun})
		must(t, err)
		wantEqual(t, "logins", len(logins), 4)
	})
}
