package lasting_test

import (
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

func TestOnlyTheDevicesThatDeniedAreListedAsDenials(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p, other := w.phones(3), w.pending(), w.pending()
		v, err := w.decide(p, phones[1], approval.Deny)
		wantPartial(t, v, err)
		for _, number := range []string{"91", "92", "93"} { // blocked, which is no deny: it may still report
			if _, err := s.WrongNumber(t.Context(), signed(p, phones[2], approval.Approve, number)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Denials(t.Context(), []string{p.ID, other.ID})
		if err != nil || len(got) != 1 || got[0] != (lasting.Denial{Approval: p.ID, Device: phones[1].Device}) {
			t.Fatalf("denials are %+v, %v", got, err)
		}
		if none, err := s.Denials(t.Context(), nil); err != nil || len(none) != 0 {
			t.Fatalf("denials of nothing are %+v, %v", none, err)
		}
	})
}
