package lasting_test

import (
	"slices"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

func TestAnswersAreTheEndsAndTheDeniesOfDevicesThatDenied(t *testing.T) {
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
		got, err := s.Answers(t.Context(), []string{p.ID, other.ID})
		if err != nil || len(got) != 1 || got[0] != (lasting.Answer{Approval: p.ID, Device: phones[1].Device}) {
			t.Fatalf("answers are %+v, %v", got, err)
		}
		_, err = w.decide(p, phones[0], approval.Approve)
		must(t, err)
		got, err = s.Answers(t.Context(), []string{other.ID, p.ID, other.ID})
		end := lasting.Answer{Approval: p.ID, Status: approval.StatusApproved, Label: phones[0].Label}
		if err != nil || len(got) != 2 || !slices.Contains(got, end) {
			t.Fatalf("answers are %+v, %v", got, err)
		}
		if none, err := s.Answers(t.Context(), nil); err != nil || len(none) != 0 {
			t.Fatalf("answers to nothing are %+v, %v", none, err)
		}
	})
}
