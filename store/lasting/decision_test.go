package lasting_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

func TestTheFirstApproveWinsAndItsEvidenceIsKept(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone, other, p := w.phone(), w.phone(), w.pending()
		v, err := w.decide(p, phone, approval.Approve)
		wantEnd(t, v, err, approval.StatusApproved)
		for _, decision := range []approval.Decision{approval.Approve, approval.Deny} {
			v, err = w.decide(p, other, decision)
			wantLost(t, v, err, phone)
		}
		v, err = w.decide(p, phone, approval.Deny)
		wantLost(t, v, err, phone)

		o, err := s.Outcome(t.Context(), p.ID)
		must(t, err)
		if o.Status != approval.StatusApproved || o.Method != approval.MethodPush || o.Decision != approval.Approve || o.Number != p.Number ||
			o.Tenant != p.Tenant || o.Application != p.Application || o.Account != p.Account || o.Kind != p.Kind ||
			o.Device != phone.Device || o.Label != phone.Label || o.Holder != phone.Holder ||
			!o.CreatedAt.Equal(p.CreatedAt) || !o.ExpiresAt.Equal(p.ExpiresAt) || o.DecidedAt.IsZero() || !bytes.Equal(o.Document, p.Document) {
			t.Fatalf("outcome is %+v", o)
		}
		c, want := o.Signer, phone.Credential
		if !bytes.Equal(c.ID, want.ID) || c.Device != phone.Device || !bytes.Equal(c.PublicKey, want.PublicKey) || c.SignCount != want.SignCount ||
			c.BackupEligible != want.BackupEligible || !bytes.Equal(c.AAGUID, want.AAGUID) || c.Attestation != want.Attestation || !c.EnrolledAt.Equal(want.EnrolledAt) {
			t.Fatalf("signer is %+v, want %+v", c, want)
		}
		a := o.Assertion
		if !bytes.Equal(a.CredentialID, want.ID) || string(a.AuthenticatorData) != "authenticator" || string(a.ClientDataJSON) != "client" ||
			string(a.Signature) != "signature of "+phone.Device {
			t.Fatalf("assertion is %+v", a)
		}
	})
}

func TestTheSameDecisionOfTheSameDeviceGetsItsFirstAnswerAgain(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		for _, decision := range []approval.Decision{approval.Approve, approval.Deny, approval.Report} {
			p := w.pending()
			first, err := w.decide(p, phone, decision)
			wantEnd(t, first, err, decision.Status())
			w.after(time.Hour)
			again, err := w.decide(p, phone, decision)
			wantEnd(t, again, err, decision.Status())
			w.after(0)
			if again.Late || !again.Outcome.DecidedAt.Equal(first.Outcome.DecidedAt) || !again.Outcome.ExpiresAt.Equal(first.Outcome.ExpiresAt) {
				t.Fatalf("repeat is %+v of %+v", again, first)
			}
		}
	})
}

func TestADenyOnTheOnlyDeviceEndsTheApproval(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone, p := w.phone(), w.pending()
		v, err := w.decide(p, phone, approval.Deny)
		wantEnd(t, v, err, approval.StatusDenied)
		if v.Outcome.Method != "" || v.Outcome.Device != phone.Device || v.Outcome.Signer == nil {
			t.Fatalf("outcome is %+v", v.Outcome)
		}
	})
}

func TestADenyIsFinalForItsDeviceAndTheLastOneEndsTheApproval(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(3), w.pending()
		for range 2 {
			v, err := w.decide(p, phones[0], approval.Deny)
			wantPartial(t, v, err)
		}
		_, err := w.decide(p, phones[0], approval.Approve)
		wantError(t, err, approval.ErrAlreadyDecided)
		wantExtra(t, err, "by", phones[0].Label)
		_, err = s.WrongNumber(t.Context(), signed(p, phones[0], approval.Approve, "00"))
		wantError(t, err, approval.ErrAlreadyDecided)
		v, err := w.decide(p, phones[1], approval.Deny)
		wantPartial(t, v, err)
		wantEqual(t, "status", w.outcome(p), approval.StatusPending)
		v, err = w.decide(p, phones[2], approval.Deny)
		wantEnd(t, v, err, approval.StatusDenied)
		wantEqual(t, "device of the outcome", v.Outcome.Device, phones[2].Device)
		v, err = w.decide(p, phones[0], approval.Deny)
		wantLost(t, v, err, phones[2])
	})
}

func TestAnotherDeviceMayApproveAfterADeny(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		v, err := w.decide(p, phones[0], approval.Deny)
		wantPartial(t, v, err)
		v, err = w.decide(p, phones[1], approval.Approve)
		wantEnd(t, v, err, approval.StatusApproved)
		v, err = w.decide(p, phones[0], approval.Deny)
		wantLost(t, v, err, phones[1])
	})
}

func TestRevokedAndUnconfirmedDevicesAreNotWaitedFor(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		w.completed(w.account, "unconfirmed")
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, w.account.ExternalID, phones[1].Device, outbox.Actor{}))
		v, err := w.decide(p, phones[0], approval.Deny)
		wantEnd(t, v, err, approval.StatusDenied)
	})
}

func TestADeviceThatDeniedAndIsNowTheLastEndsTheApprovalWhenItRepeats(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		v, err := w.decide(p, phones[0], approval.Deny)
		wantPartial(t, v, err)
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, w.account.ExternalID, phones[1].Device, outbox.Actor{}))
		v, err = w.decide(p, phones[0], approval.Deny)
		wantEnd(t, v, err, approval.StatusDenied)
	})
}

func TestAReportEndsTheApprovalAtOnce(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		v, err := w.decide(p, phones[0], approval.Deny)
		wantPartial(t, v, err)
		v, err = w.decide(p, phones[0], approval.Report)
		wantEnd(t, v, err, approval.StatusReported)
		v, err = w.decide(p, phones[1], approval.Approve)
		wantLost(t, v, err, phones[0])
	})
}

func TestALateReportIsKeptOnceBesideWhateverTheEndWas(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		phones := w.phones(2)
		ends := map[approval.Status]func(p approval.Pending){
			approval.StatusApproved: func(p approval.Pending) { _, err := w.decide(p, phones[0], approval.Approve); must(t, err) },
			approval.StatusReported: func(p approval.Pending) { _, err := w.decide(p, phones[0], approval.Report); must(t, err) },
			approval.StatusCancelled: func(p approval.Pending) {
				_, err := s.End(ctx, p, approval.StatusCancelled)
				must(t, err)
			},
			approval.StatusDenied: func(p approval.Pending) {
				for _, phone := range phones {
					_, err := w.decide(p, phone, approval.Deny)
					must(t, err)
				}
			},
			approval.StatusExpired: func(approval.Pending) { w.after(time.Hour) }, // nobody wrote it down yet
		}
		for status, end := range ends {
			p := w.pending()
			end(p)
			for range 2 {
				v, err := w.decide(p, phones[1], approval.Report)
				must(t, err)
				if !v.Late || !v.Own || v.Outcome == nil || v.Outcome.Status != status {
					t.Fatalf("verdict of a report after %s is %+v", status, v)
				}
			}
			w.after(0)
			o, err := s.Outcome(ctx, p.ID)
			must(t, err)
			_, reports, err := s.Aftermath(ctx, o)
			must(t, err)
			if len(reports) != 1 || reports[0].Device != phones[1].Device || reports[0].Holder != phones[1].Holder || reports[0].ReportedAt.IsZero() {
				t.Fatalf("reports are %+v", reports)
			}
			wantEqual(t, "status", w.outcome(p), status)
		}
	})
}

func TestNothingIsDecidedAfterTheDeadlineOfTheDatabasesClock(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		w.after(approval.DefaultLife + time.Second)
		_, err := w.decide(p, phones[0], approval.Approve)
		wantError(t, err, approval.ErrExpired)
		_, err = w.decide(p, phones[0], approval.Deny)
		wantError(t, err, approval.ErrExpired)
		_, err = s.WrongNumber(t.Context(), signed(p, phones[0], approval.Approve, "00"))
		wantError(t, err, approval.ErrExpired)
		must(t, s.RevokeDevice(t.Context(), w.tenant.ID, w.account.ExternalID, phones[1].Device, outbox.Actor{}))
		_, err = w.decide(p, phones[0], approval.Deny)
		wantError(t, err, approval.ErrExpired)
		for _, table := range []string{"outcomes", "partial_denies", "wrong_numbers", "outbox WHERE kind = 'approval.ended'"} {
			n, err := s.Count(t.Context(), table)
			must(t, err)
			wantEqual(t, "rows in "+table, n, 0)
		}
	})
}

func TestARevokedDeviceDecidesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phones, p := w.phones(2), w.pending()
		must(t, s.LeaveDevice(t.Context(), phones[0].Installation, phones[0].Device))
		for _, decision := range []approval.Decision{approval.Approve, approval.Deny, approval.Report} {
			_, err := w.decide(p, phones[0], decision)
			wantInactive(t, err)
		}
		_, err := s.WrongNumber(t.Context(), signed(p, phones[0], approval.Approve, "00"))
		wantInactive(t, err)
		wantEqual(t, "status", w.outcome(p), approval.StatusPending)
	})
}

func TestACredentialOfAnotherAccountDecidesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.phone()
		stranger, p := w.phoneOf(w.newAccount("other")), w.pending()
		_, err := w.decide(p, stranger, approval.Approve)
		wantInactive(t, err)
		wantEqual(t, "status", w.outcome(p), approval.StatusPending)
	})
}

func TestAnUnknownDecisionIsNoDecision(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone, p := w.phone(), w.pending()
		if _, err := w.decide(p, phone, "maybe"); err == nil {
			t.Fatal("accepted")
		}
		wantEqual(t, "status", w.outcome(p), approval.StatusPending)
	})
}
