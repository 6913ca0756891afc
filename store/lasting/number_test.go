package lasting_test

import (
	"fmt"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
)

// wrong types a wrong number and wants to be told how many tries are left.
func (w *world) wrong(p approval.Pending, by approval.Signer, number string, left int) approval.Verdict {
	w.t.Helper()
	v, err := w.s.WrongNumber(w.t.Context(), signed(p, by, approval.Approve, number))
	must(w.t, err)
	if !v.Own || v.AttemptsLeft != left {
		w.t.Fatalf("verdict is %+v, want %d attempts left", v, left)
	}
	return v
}

func TestDistinctWrongNumbersCountAndTheThirdBlocksTheDevice(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		w.wrong(p, phones[0], "01", 2)
		w.wrong(p, phones[0], "01", 2)
		w.wrong(p, phones[0], "02", 1)
		w.wrong(p, phones[0], "01", 1)
		w.wrong(p, phones[0], "03", 0)
		w.wrong(p, phones[0], "04", 0)
		w.wrong(p, phones[0], "03", 0)
		n, err := s.Count(t.Context(), "credentials WHERE failures = 3")
		must(t, err)
		wantEqual(t, "credentials with three failures", n, 1)

		_, err = w.decide(p, phones[0], approval.Approve) // the right number now
		wantError(t, err, approval.ErrWrongNumber)
		wantExtra(t, err, "attempts_left", 0)
		w.wrong(p, phones[1], "01", 2)
		v, err := w.decide(p, phones[1], approval.Approve)
		wantEnd(t, v, err, approval.StatusApproved)
	})
}

func TestTheThirdWrongNumberOfTheLastDeviceDenies(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		v, err := w.decide(p, phones[1], approval.Deny)
		wantPartial(t, v, err)
		w.wrong(p, phones[0], "01", 2)
		w.wrong(p, phones[0], "02", 1)
		for range 2 {
			v := w.wrong(p, phones[0], "03", 0)
			if v.Outcome == nil || v.Outcome.Status != approval.StatusDenied || v.Outcome.Number != "03" || v.Outcome.Method != "" {
				t.Fatalf("verdict is %+v", v)
			}
		}
		v, err = w.decide(p, phones[0], approval.Approve)
		wantLost(t, v, err, phones[0])
		wantEqual(t, "status", v.Outcome.Status, approval.StatusDenied)
	})
}

func TestABlockedDeviceMayStillDenyOrReport(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		for i, number := range []string{"01", "02", "03"} {
			w.wrong(p, phones[0], number, 2-i)
		}
		v, err := w.decide(p, phones[0], approval.Deny)
		wantPartial(t, v, err)
		v, err = w.decide(p, phones[0], approval.Report)
		wantEnd(t, v, err, approval.StatusReported)
	})
}

func TestAWrongNumberAfterTheEndCountsNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		_, err := w.decide(p, phones[0], approval.Approve)
		must(t, err)
		v, err := s.WrongNumber(t.Context(), signed(p, phones[1], approval.Approve, "00"))
		wantLost(t, v, err, phones[0])
		for _, from := range []string{"wrong_numbers", "tallies", "credentials WHERE failures > 0"} {
			n, err := s.Count(t.Context(), from)
			must(t, err)
			wantEqual(t, "rows in "+from, n, 0)
		}
	})
}

func TestAHundredConsecutiveFailuresDisableTheCredential(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone, other := w.phone(), w.phone()
		failures := 0
		fail := func(times int) {
			for ; times > 0; times-- {
				p := w.pending()
				failures++
				left := 2
				if failures == approval.MaxConsecutiveFailures {
					left = 0
				}
				w.wrong(p, phone, "01", left)
			}
		}
		fail(approval.MaxConsecutiveFailures - 1)
		v, err := w.decide(w.pending(), phone, approval.Deny)
		wantPartial(t, v, err)
		n, err := s.Count(t.Context(), "credentials WHERE failures = $1", approval.MaxConsecutiveFailures-1)
		must(t, err)
		wantEqual(t, "credentials whose series goes on after a deny", n, 1)
		v, err = w.decide(w.pending(), phone, approval.Approve)
		wantEnd(t, v, err, approval.StatusApproved)
		failures = 0 // success ends the series
		fail(approval.MaxConsecutiveFailures)

		_, err = s.Signer(t.Context(), phone.Installation, phone.Credential.ID)
		wantInactive(t, err)
		_, err = w.decide(w.pending(), phone, approval.Approve)
		wantInactive(t, err)
		devices, err := s.DevicesOfInstallation(t.Context(), phone.Installation)
		must(t, err)
		if len(devices) != 1 || devices[0].Status != account.Disabled {
			t.Fatalf("the phone is told %+v", devices)
		}
		v, err = w.decide(w.pending(), other, approval.Deny)
		wantEnd(t, v, err, approval.StatusDenied)
	})
}

func TestARefusedApproveDoesNotEndTheSeriesOfFailures(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		for i, number := range []string{"01", "02", "03"} {
			w.wrong(p, phones[0], number, 2-i)
		}
		_, err := w.decide(p, phones[0], approval.Approve)
		wantError(t, err, approval.ErrWrongNumber)
		n, err := s.Count(t.Context(), "credentials WHERE failures = 3")
		must(t, err)
		wantEqual(t, "credentials with three failures", n, 1)
	})
}

func TestWrongNumbersInParallelGetNoMoreThanThreeTries(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		tries := inParallel(60, func(i int) bool {
			v, err := s.WrongNumber(t.Context(), signed(p, phones[0], approval.Approve, fmt.Sprintf("%02d", i%20)))
			if err != nil {
				t.Error(err)
			}
			return v.AttemptsLeft > 0
		})
		n, err := s.Count(t.Context(), "wrong_numbers")
		must(t, err)
		wantEqual(t, "numbers that counted", n, approval.MaxWrongNumbers)
		n, err = s.Count(t.Context(), "credentials WHERE failures = 3")
		must(t, err)
		wantEqual(t, "credentials with three failures", n, 1)
		if tries < 2 {
			t.Fatalf("%d answers left an attempt", tries)
		}
		wantEqual(t, "status", w.outcome(p), approval.StatusPending)
	})
}
