package lasting_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestTwoThousandParallelDecisionsOnOneApprovalHaveOneOutcome(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(20), w.pending()
		decisions := []approval.Decision{approval.Approve, approval.Approve, approval.Approve, approval.Deny, approval.Report}
		verdicts := make([]approval.Verdict, 2000)
		inParallel(len(verdicts), func(i int) bool {
			v, err := w.decide(p, phones[i%len(phones)], decisions[i%len(decisions)])
			if err != nil && !is(err, approval.ErrAlreadyDecided) {
				t.Error(err)
			}
			verdicts[i] = v
			return true
		})
		n, err := s.Count(t.Context(), "outcomes")
		must(t, err)
		wantEqual(t, "number of outcomes", n, 1)
		n, err = s.Count(t.Context(), "outbox WHERE kind = 'approval.ended'")
		must(t, err)
		wantEqual(t, "number of events", n, 1)
		o, err := s.Outcome(t.Context(), p.ID)
		must(t, err)
		if string(o.Signer.ID) != "credential of "+o.Device || string(o.Assertion.Signature) != "signature of "+o.Device || o.Status != o.Decision.Status() {
			t.Fatalf("the evidence of %s is %+v, %+v", o.Device, o.Signer, o.Assertion)
		}
		for i, v := range verdicts {
			if v.Outcome == nil {
				continue // a partial deny before the end
			}
			own := phones[i%len(phones)].Device == o.Device && decisions[i%len(decisions)] == o.Decision
			if v.Outcome.Device != o.Device || v.Outcome.Decision != o.Decision || v.Own != (own || v.Late) {
				t.Fatalf("verdict %d is %+v, the outcome %+v", i, v, o)
			}
		}
	})
}

func TestNoApproveEndsAnApprovalAfterItsRevocationWasAcknowledged(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for round := range 60 {
			phone, p := w.phone(), w.pending()
			atAcknowledgement := approval.StatusPending
			var decided error
			inParallel(2, func(i int) bool {
				if i == round%2 {
					_, decided = w.decide(p, phone, approval.Approve)
					return true
				}
				if err := s.RevokeDevice(t.Context(), w.tenant.ID, w.account.ExternalID, phone.Device, outbox.Actor{}); err != nil {
					t.Error(err)
				}
				atAcknowledgement = w.outcome(p)
				return true
			})
			wantEqual(t, "status after all", w.outcome(p), atAcknowledgement)
			if atAcknowledgement == approval.StatusPending {
				wantInactive(t, decided)
			} else {
				must(t, decided)
			}
		}
	})
}

func TestDeniesByAllInParallelDenyOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones := w.phones(8)
		for range 15 {
			p := w.pending()
			ended := inParallel(len(phones), func(i int) bool {
				v, err := w.decide(p, phones[i], approval.Deny)
				if err != nil || !v.Own {
					t.Errorf("verdict %+v, error %v", v, err)
				}
				return v.Outcome != nil
			})
			wantEqual(t, "number of denies that ended it", ended, 1)
			wantEqual(t, "status", w.outcome(p), approval.StatusDenied)
		}
	})
}

func TestTheLastDevicesBlockedInParallelDenyOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones := w.phones(4)
		for range 10 {
			p := w.pending()
			inParallel(len(phones)*3, func(i int) bool {
				_, err := s.WrongNumber(t.Context(), signed(p, phones[i/3], approval.Approve, fmt.Sprint(i%3)))
				if err != nil {
					t.Error(err)
				}
				return true
			})
			wantEqual(t, "status", w.outcome(p), approval.StatusDenied)
			n, err := s.Count(t.Context(), "outbox WHERE subject = $1", p.ID)
			must(t, err)
			wantEqual(t, "events", n, 1)
			n, err = s.Count(t.Context(), "partial_denies WHERE approval = $1", p.ID)
			must(t, err)
			wantEqual(t, "devices that were blocked before it ended", n, len(phones))
		}
	})
}

// Everything at once must end without a deadlock: one would come back as ErrUnavailable.
func TestDecisionsRevocationsAndDeletionNeverWaitInACircle(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		for round := range 8 {
			a := w.newAccount(fmt.Sprintf("round %d", round))
			w.account = a
			p, phones := w.pending(), make([]approval.Signer, 6)
			for i := range phones {
				phones[i] = w.phoneWithKey(a, fmt.Sprintf("phone %d", i%4))
			}
			e, _ := w.completed(a, "late phone")
			acts := []func(by approval.Signer) error{
				func(by approval.Signer) error { _, err := w.decide(p, by, approval.Deny); return err },
				func(by approval.Signer) error { _, err := w.decide(p, by, approval.Approve); return err },
				func(by approval.Signer) error {
					_, err := s.WrongNumber(t.Context(), signed(p, by, approval.Approve, by.Device[4:6]))
					return err
				},
				func(by approval.Signer) error {
					return s.RevokeDevice(t.Context(), a.Tenant, a.ExternalID, by.Device, outbox.Actor{})
				},
				func(by approval.Signer) error { return s.LeaveDevice(t.Context(), by.Installation, by.Device) },
				func(approval.Signer) error { return s.DeleteAccount(t.Context(), a.Tenant, a.ExternalID, lasting.By{}) },
				func(approval.Signer) error {
					_, _, err := s.ConfirmEnrolment(t.Context(), a.Tenant, e.ID, true, outbox.Actor{})
					return err
				},
				func(by approval.Signer) error {
					another := account.Enrolment{
						ID: "enr of " + by.Device, Authority: account.ByOperator, Tenant: a.Tenant, Application: w.app.ID, Account: a.ID, Device: "after " + by.Device,
						Challenge: []byte("challenge"),
					}
					return s.CreateEnrolment(t.Context(), another, []byte(another.ID), "", outbox.Actor{})
				},
				func(approval.Signer) error {
					_, err := s.End(t.Context(), p, approval.StatusCancelled)
					return err
				},
			}
			inParallel(len(acts)*len(phones), func(i int) bool {
				err := acts[i%len(acts)](phones[i/len(acts)])
				if err != nil && !expected(err) {
					t.Error(err)
				}
				return true
			})
		}
	})
}

func expected(err error) bool {
	for _, e := range []error{
		approval.ErrInactive, approval.ErrAlreadyDecided, approval.ErrWrongNumber,
		account.ErrUnknownAccount, account.ErrUnknownDevice, account.ErrEnrolmentEnded,
	} {
		if is(err, e) {
			return true
		}
	}
	return false
}

func TestAnEventIsHandedToOneWorkerOfMany(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		const events = 200
		for range events {
			_, err := s.End(t.Context(), w.pending(), approval.StatusCancelled)
			must(t, err)
		}
		var mu sync.Mutex
		handed := make(map[string]int)
		inParallel(8, func(int) bool {
			for total := 0; total < events; {
				leased, err := outboxOf(s).Lease(t.Context(), 7, db.MaxTransaction)
				if err != nil {
					t.Error(err)
					return false
				}
				mu.Lock()
				for _, e := range leased {
					handed[e.Subject]++
				}
				total = len(handed)
				mu.Unlock()
			}
			return true
		})
		for apr, times := range handed {
			wantEqual(t, "times that "+apr+" was handed out", times, 1)
		}
	})
}
