package factors_test

import (
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
)

func TestWhatWasBegunAsTheFirstMethodIsNotFinishedAsTheSecond(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		start := w.start(approval.MethodTOTP, "")
		start.First = true
		thiefs, err := w.s.StartActivation(w.Context(), start)
		must(t, err)
		registering := w.registering("")
		registering.First = true
		b := newBrowser(w.account.ID)
		passkey, err := w.s.StartPasskey(w.Context(), registering, rpID)
		must(t, err)

		w.phone(account.Active)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodTOTP, nil, w.code(thiefs.Key, 0)))
		w.wantError(err, factor.ErrNoActivation)
		_, err = w.s.FinishPasskey(w.Context(), w.made(b, w.registering(""), passkey.Challenge))
		w.wantError(err, factor.ErrNoActivation)
		if n := w.count(`methods WHERE active_since > 0`); n != 0 {
			t.Errorf("%d methods are active", n)
		}
		_, err = w.s.StartActivation(w.Context(), start)
		w.wantError(err, factor.ErrHasMethod)
		_, err = w.s.StartPasskey(w.Context(), registering, rpID)
		w.wantError(err, factor.ErrHasMethod)

		again, err := w.s.StartActivation(w.Context(), w.start(approval.MethodTOTP, "")) // confirmed, this time
		must(t, err)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodTOTP, nil, w.code(again.Key, 0)))
		must(t, err)
	})
}

func TestTheFirstMethodIsFinishedWhileThereIsNoOther(t *testing.T) {
	onEach(t, func(w *world) {
		w.settleStep(0)
		start := w.start(approval.MethodTOTP, "")
		start.First = true
		started, err := w.s.StartActivation(w.Context(), start)
		must(t, err)
		_, err = w.s.FinishActivation(w.Context(), w.finish(approval.MethodTOTP, nil, w.code(started.Key, 0)))
		must(t, err)
	})
}
