package lasting_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/outbox"
)

// byKey is a login service.
var byKey = outbox.Actor{Kind: outbox.ByKey, ID: "key_1"}

// begun is an enrolment by an authority, with what a test changes of it.
func (w *world) begun(by account.Authority, change ...func(e *account.Enrolment)) (account.Enrolment, error) {
	w.t.Helper()
	e := account.Enrolment{
		ID: newID(w.t, id.Enrolment), Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID,
		Device: newID(w.t, id.Device), Challenge: []byte("challenge"), Authority: by,
	}
	for _, c := range change {
		c(&e)
	}
	return e, w.s.CreateEnrolment(w.t.Context(), e, account.HashCode(e.ID), "a reason", byKey)
}

// bind brings an open enrolment to where the six digits are awaited.
func (w *world) bind(e account.Enrolment) {
	w.t.Helper()
	key := rand.Text()
	_, err := w.s.ClaimEnrolment(w.t.Context(), account.HashCode(e.ID), key)
	must(w.t, err)
	_, err = w.s.CompleteEnrolment(w.t.Context(), completion(w.t, e, key))
	must(w.t, err)
}

func (w *world) confirm(e account.Enrolment) error {
	w.t.Helper()
	_, _, err := w.s.ConfirmEnrolment(w.t.Context(), w.tenant.ID, e.ID, true, byKey)
	return err
}

// approved is an approval of an account that a method approved.
func (w *world) approved(a account.Account, kind approval.Kind, m approval.Method) approval.Pending {
	w.t.Helper()
	p := w.pending()
	p.Account, p.Kind = a.ID, kind
	w.approveBy(p, m)
	return p
}

// approvedFor is the confirmation of a step in the portal.
func (w *world) approvedFor(step string) approval.Pending {
	w.t.Helper()
	p := w.pending()
	var err error
	p.Context, err = approval.Context{Step: step}.Encode()
	must(w.t, err)
	w.approveBy(p, approval.MethodRecovery)
	return p
}

func (w *world) approveBy(p approval.Pending, m approval.Method) {
	w.t.Helper()
	must(w.t, w.s.Transact(w.t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, won, err := w.s.ApproveBy(ctx, tx, p, m, outbox.Actor{Kind: outbox.ByKey, ID: "key_1"})
		if !won {
			w.t.Error("it had ended before")
		}
		return err
	}))
}

func (w *world) activate(m approval.Method) {
	w.t.Helper()
	must(w.t, w.s.SQL(w.t.Context(), `INSERT INTO methods (account, method, active_since) VALUES ($1, $2, 1)`, w.account.ID, m))
}

func TestALoginAloneBindsNoPhoneOfAnAccountThatHasSomethingToConfirmWith(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		for name, furnish := range map[string]func(w *world){
			"a phone": func(w *world) { w.phone() },
			"a disabled phone": func(w *world) {
				must(t, s.SQL(t.Context(), `UPDATE credentials SET status = 'disabled' WHERE account = $1`, w.phone().Account))
			},
			"a method":       func(w *world) { w.activate(approval.MethodTOTP) },
			"recovery codes": func(w *world) { w.activate(approval.MethodRecovery) },
		} {
			w := newWorld(t, s)
			furnish(w)
			_, err := w.begun(account.ByFirstBinding)
			if !is(err, account.ErrAuthorityNeeded) {
				t.Errorf("with %s: %v", name, err)
			}
			if _, err = w.begun(account.ByLogin); !is(err, factor.ErrHasMethod) {
				t.Errorf("by its first login, with %s: %v", name, err)
			}
		}
		w := newWorld(t, s)
		w.activate(approval.MethodBypass) // an operator's, which is none of the person
		_, err := w.begun(account.ByFirstBinding)
		must(t, err)
		if _, err = w.begun(""); err == nil {
			t.Error("an enrolment came about that nobody authorised")
		}
	})
}

func TestOfTwoFirstPhonesBegunAtOnceOneIsBound(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		for _, by := range []account.Authority{account.ByFirstBinding, account.ByLogin} {
			w := newWorld(t, s)
			begun := make([]account.Enrolment, 6)
			for i := range begun {
				var err error
				begun[i], err = w.begun(by, func(e *account.Enrolment) {
					if by == account.ByLogin {
						e.Approval = "apr_" + rand.Text() // each page its own
					}
				})
				must(t, err)
				w.bind(begun[i])
			}
			won := inParallel(len(begun), func(i int) bool {
				err := w.confirm(begun[i])
				if err != nil && !is(err, account.ErrAuthorityNeeded) && !is(err, factor.ErrHasMethod) {
					t.Error(err)
				}
				return err == nil
			})
			wantEqual(t, "phones that were bound", won, 1)
		}
	})
}

func TestThePageOfOneLoginMayBindAPhoneBesideWhatItActivated(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, ctx := newWorld(t, s), t.Context()
		p := w.pending()
		ofPage := func(e *account.Enrolment) { e.Approval = p.ID }
		for range 2 { // a link that came to nothing is no obstacle
			e, err := w.begun(account.ByLogin, ofPage)
			must(t, err)
			w.bind(e)
			must(t, w.confirm(e))
		}
		must(t, s.SQL(ctx, `INSERT INTO methods (account, method, active_since, activated_by) VALUES ($1, 'totp', 1, $2)`, w.account.ID, p.ID))
		_, err := w.begun(account.ByLogin, ofPage)
		must(t, err)
		_, err = w.begun(account.ByLogin, func(e *account.Enrolment) { e.Approval = "apr_another" })
		wantError(t, err, factor.ErrHasMethod)
	})
}

func TestALoginThatWasReportedBindsNoPhone(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		p := w.pending()
		ofPage := func(e *account.Enrolment) { e.Approval = p.ID }
		e, err := w.begun(account.ByLogin, ofPage)
		must(t, err)
		w.bind(e)
		_, err = s.End(t.Context(), p, approval.StatusCancelled)
		must(t, err)
		wantError(t, w.confirm(e), approval.ErrNotPending)
		_, err = w.begun(account.ByLogin, ofPage)
		wantError(t, err, approval.ErrNotPending)
	})
}

func TestAConfirmedLoginAuthorisesOneEnrolmentOfItsOwnAccount(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w, stranger := newWorld(t, s), newWorld(t, s)
		lost := w.phone()
		by := func(p approval.Pending) func(e *account.Enrolment) {
			return func(e *account.Enrolment) { e.Approval, e.Replaces = p.ID, lost.Device }
		}
		sibling := w.newAccount("4712")
		for name, p := range map[string]approval.Pending{
			"none":                   {ID: "apr_none"},
			"pending":                w.pending(),
			"another account's":      w.approved(sibling, approval.Login, approval.MethodRecovery),
			"another tenant's":       stranger.approved(stranger.account, approval.Login, approval.MethodRecovery),
			"a transaction":          w.approved(w.account, approval.Transaction, approval.MethodSMS),
			"by a trusted browser":   w.approved(w.account, approval.Login, approval.MethodTrustedBrowser),
			"by an operator's code":  w.approved(w.account, approval.Login, approval.MethodBypass),
			"by a phone that it has": w.approved(w.account, approval.Login, approval.MethodPush),
			"for its data":           w.approvedFor("download"),
		} {
			if _, err := w.begun(account.ByApproval, by(p)); !is(err, account.ErrNotAuthorised) {
				t.Errorf("%s: %v", name, err)
			}
		}
		p := w.approvedFor(approval.StepAddDevice)
		won := inParallel(6, func(int) bool {
			_, err := w.begun(account.ByApproval, by(p))
			if err != nil && !is(err, account.ErrNotAuthorised) {
				t.Error(err)
			}
			return err == nil
		})
		wantEqual(t, "enrolments", won, 1)
		old := w.approved(w.account, approval.Login, approval.MethodTOTP)
		w.after(account.ApprovalFresh + time.Second)
		_, err := w.begun(account.ByApproval, by(old))
		wantError(t, err, account.ErrNotAuthorised)
	})
}

// moved is an enrolment by a recovery code in place of a device.
func (w *world) moved(device string) (account.Enrolment, error) {
	w.t.Helper()
	return w.byLogin(approval.MethodRecovery, device)
}

// byLogin is an enrolment by a login that a method has confirmed just now, in place of a device; empty: of none.
func (w *world) byLogin(m approval.Method, replaces string) (account.Enrolment, error) {
	w.t.Helper()
	p := w.approved(w.account, approval.Login, m)
	return w.begun(account.ByApproval, func(e *account.Enrolment) { e.Approval, e.Replaces = p.ID, replaces })
}

func TestACodeMovesToANewPhoneAndNeverAddsOne(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		w.activate(approval.MethodTOTP)
		open, err := w.byLogin(approval.MethodTOTP, "") // while there is no phone
		must(t, err)
		w.bind(open)
		first := w.phone()
		wantError(t, w.confirm(open), account.ErrReplaceNeeded) // one came meanwhile
		_, err = w.byLogin(approval.MethodTOTP, "")
		wantError(t, err, account.ErrReplaceNeeded)

		second := w.phone()
		must(t, s.SQL(t.Context(), `UPDATE credentials SET status = 'disabled' WHERE device = $1`, second.Device))
		_, err = w.byLogin(approval.MethodTOTP, second.Device) // which confirms nothing: the new one would be one more
		wantError(t, err, account.ErrReplaceNeeded)

		var moves [2]account.Enrolment
		for i := range moves {
			moves[i], err = w.byLogin(approval.MethodTOTP, first.Device)
			must(t, err)
			w.bind(moves[i])
		}
		must(t, w.confirm(moves[0]))
		wantError(t, w.confirm(moves[1]), account.ErrReplaceNeeded) // the old one has been replaced already
		n, err := s.Count(t.Context(), `credentials WHERE account = $1 AND status = 'active'`, w.account.ID)
		must(t, err)
		wantEqual(t, "active phones", n, 1)
	})
}

func TestWhatTheAccountGotWhileALinkWasOutCountsWhereThePhoneIsConfirmed(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		lost := w.phone()
		w.activate(approval.MethodEmail)
		weak, err := w.byLogin(approval.MethodEmail, lost.Device)
		must(t, err)
		w.bind(weak)
		w.activate(approval.MethodTOTP)
		wantError(t, w.confirm(weak), account.ErrTooWeak)

		other := newWorld(t, s)
		first, _ := other.completed(other.account, "first key")
		byOperator, err := other.begun(account.ByOperator, func(e *account.Enrolment) { e.Replaces = first.Device })
		must(t, err)
		other.bind(byOperator)
		must(t, other.confirm(first))
		wantError(t, other.confirm(byOperator), account.ErrRecoveryNeeded)
	})
}

func TestALoginConfirmedByLessThanTheAccountHasBindsNoPhone(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		lost := w.phone()
		w.activate(approval.MethodEmail)
		_, err := w.byLogin(approval.MethodEmail, lost.Device) // a phone is worth no more here: two digits
		must(t, err)

		strict := account.Application{ID: newID(t, id.Application), Tenant: w.tenant.ID, Name: "Payments", Policy: account.ApplicationPolicy{Preset: account.AAL2}}
		must(t, s.CreateApplication(t.Context(), strict))
		_, err = w.byLogin(approval.MethodEmail, lost.Device) // but there
		wantError(t, err, account.ErrTooWeak)
		wantExtra(t, err, "methods", []approval.Method{})
		must(t, s.SQL(t.Context(), `UPDATE applications SET revoked_at = 1 WHERE id = $1`, strict.ID))
		_, err = w.byLogin(approval.MethodEmail, lost.Device)
		must(t, err)

		must(t, s.SQL(t.Context(), `INSERT INTO methods (account, method, active_since, disabled_at) VALUES ($1, 'totp', 1, 1)`, w.account.ID))
		_, err = w.byLogin(approval.MethodEmail, lost.Device) // whoever guessed until it was disabled gains nothing by that
		wantError(t, err, account.ErrTooWeak)
		wantExtra(t, err, "methods", []approval.Method{approval.MethodTOTP})
		w.inGroup(account.GroupPolicy{Methods: []approval.Method{approval.MethodPush, approval.MethodEmail}})
		_, err = w.byLogin(approval.MethodEmail, lost.Device) // it confirms nothing anywhere
		must(t, err)
	})
}

func TestAnOperatorMovesNobodyAtOnceWhoHasSomethingToConfirmWith(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		lost := w.phone()
		replaces := func(e *account.Enrolment) { e.Replaces = lost.Device }
		_, err := w.begun(account.ByOperator, replaces)
		wantError(t, err, account.ErrRecoveryNeeded)
		_, err = w.begun(account.ByOperator) // a further one, which leaves it
		must(t, err)
		must(t, s.SQL(t.Context(), `UPDATE credentials SET status = 'disabled' WHERE device = $1`, lost.Device))
		_, err = w.begun(account.ByOperator, replaces)
		wantError(t, err, account.ErrRecoveryNeeded)

		r, err := s.AnnounceRecovery(t.Context(), account.Recovery{
			ID: newID(t, id.Recovery), Tenant: w.tenant.ID, Application: w.app.ID, Account: w.account.ID,
		}, "lost", outbox.Actor{Kind: outbox.ByOperator, ID: "key_1"})
		must(t, err)
		byRecovery := func(e *account.Enrolment) { e.Recovery, e.Replaces = r.ID, lost.Device }
		_, err = w.begun(account.ByRecovery, byRecovery)
		wantError(t, err, account.ErrRecoveryWaiting)
		w.after(account.RecoveryWait)
		e, err := w.begun(account.ByRecovery, byRecovery)
		must(t, err)
		w.bind(e)
		must(t, w.confirm(e))
		n, err := s.Count(t.Context(), `credentials WHERE device = $1 AND status = 'revoked'`, lost.Device)
		must(t, err)
		wantEqual(t, "ended", n, 1)
	})
}

// waiting is an enrolment that waits for a phone of asked.
func (w *world) waiting(by account.Authority, asked account.Account, change ...func(e *account.Enrolment)) (account.Enrolment, approval.Pending) {
	w.t.Helper()
	question := w.pending()
	question.Account, question.Kind = asked.ID, approval.Transaction
	e, err := w.begun(by, append(change, func(e *account.Enrolment) {
		e.Status, e.Asked, e.Approval = account.EnrolmentWaiting, asked.ID, question.ID
	})...)
	must(w.t, err)
	return e, question
}

func (w *world) open(e account.Enrolment) account.EnrolmentStatus {
	w.t.Helper()
	found, err := w.s.OpenEnrolment(w.t.Context(), w.tenant.ID, e.ID, []byte("hash of "+e.ID))
	must(w.t, err)
	return found.Status
}

func TestALinkIsOutOnlyWhenAPhoneThatWasAskedApprovedExactlyThatQuestion(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		e, question := w.waiting(account.ByDevice, w.account)
		_, err := s.ClaimEnrolment(t.Context(), account.HashCode(e.ID), "key")
		wantError(t, err, account.ErrUnknownEnrolment) // it waits
		_, err = w.decide(question, phone, approval.Approve)
		must(t, err)
		wantEqual(t, "status", w.open(e), account.EnrolmentOpen)
		wantEqual(t, "status when it is opened again", w.open(e), account.EnrolmentOpen)
		_, err = s.ClaimEnrolment(t.Context(), []byte("hash of "+e.ID), "key")
		must(t, err)

		for name, end := range map[string]func(p approval.Pending){
			"denied":              func(p approval.Pending) { _, err := w.decide(p, phone, approval.Deny); must(t, err) },
			"reported":            func(p approval.Pending) { _, err := w.decide(p, phone, approval.Report); must(t, err) },
			"cancelled":           func(p approval.Pending) { _, err := s.End(t.Context(), p, approval.StatusCancelled); must(t, err) },
			"confirmed by a code": func(p approval.Pending) { w.approveBy(p, approval.MethodSMS) },
			"a login": func(p approval.Pending) {
				p.Kind = approval.Login
				_, err := w.decide(p, phone, approval.Approve)
				must(t, err)
			},
			"another account's": func(p approval.Pending) {
				p.Account = w.newAccount(p.ID).ID
				w.approveBy(p, approval.MethodPush)
			},
			"lost": func(approval.Pending) {},
		} {
			e, question := w.waiting(account.ByDevice, w.account)
			end(question)
			if got := w.open(e); got != account.EnrolmentFailed {
				t.Errorf("%s: the enrolment is %s", name, got)
			}
		}
	})
}

func TestAQuestionAuthorisesOneEnrolmentAndInTime(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		phone := w.phone()
		e, question := w.waiting(account.ByDevice, w.account)
		_, err := w.begun(account.ByDevice, func(e *account.Enrolment) {
			e.Status, e.Asked, e.Approval = account.EnrolmentWaiting, w.account.ID, question.ID
		})
		wantError(t, err, account.ErrNotAuthorised)
		_, err = w.decide(question, phone, approval.Approve)
		must(t, err)
		opened := inParallel(8, func(int) bool { return w.open(e) == account.EnrolmentOpen })
		wantEqual(t, "answers", opened, 8)
		n, err := s.Count(t.Context(), `outbox WHERE kind = $1 AND subject = $2 AND actor_kind = 'device' AND actor = $3`, lasting.EnrolmentOpened, e.ID, phone.Device)
		must(t, err)
		wantEqual(t, "links", n, 1)

		late, question := w.waiting(account.ByDevice, w.account)
		_, err = w.decide(question, phone, approval.Approve)
		must(t, err)
		w.after(2*account.QuestionLife + time.Second)
		if got := w.open(late); got == account.EnrolmentOpen {
			t.Errorf("long after the question the enrolment is %s", got)
		}
	})
}

func TestOnlyThePhoneThatIsReplacedMovesToANewOneAndEndsWithThat(t *testing.T) {
	onEach(t, func(t *testing.T, s *lasting.Store) {
		w := newWorld(t, s)
		old, another := w.phone(), w.phone()
		replaces := func(e *account.Enrolment) { e.Replaces = old.Device }
		e, question := w.waiting(account.ByDevice, w.account, replaces)
		_, err := w.decide(question, another, approval.Approve)
		must(t, err)
		wantEqual(t, "status after another phone approved", w.open(e), account.EnrolmentFailed)

		e, question = w.waiting(account.ByDevice, w.account, replaces)
		_, err = w.decide(question, old, approval.Approve)
		must(t, err)
		wantEqual(t, "status", w.open(e), account.EnrolmentOpen)
		must(t, s.SQL(t.Context(), `UPDATE enrolments SET code_hash = $2 WHERE id = $1`, e.ID, account.HashCode(e.ID)))
		w.bind(e)
		_, err = s.Signer(t.Context(), old.Installation, old.Credential.ID)
		must(t, err) // until the new one is confirmed
		must(t, w.confirm(e))
		_, err = s.Signer(t.Context(), old.Installation, old.Credential.ID)
		wantInactive(t, err)
		_, err = s.Signer(t.Context(), another.Installation, another.Credential.ID)
		must(t, err)

		foreign := newWorld(t, s).phone()
		_, err = w.begun(account.ByOperator, func(e *account.Enrolment) { e.Replaces = foreign.Device })
		wantError(t, err, account.ErrUnknownDevice)
	})
}
