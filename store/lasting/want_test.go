package lasting_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

func is(err, target error) bool { return errors.Is(err, target) }

func wantError(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

func wantEqual[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s is %v, want %v", what, got, want)
	}
}

// wantExtra checks a member of the problem document.
func wantExtra(t testing.TB, err error, name string, want any) {
	t.Helper()
	var r *refusal.Error
	if !errors.As(err, &r) || !reflect.DeepEqual(r.Extra[name], want) {
		t.Fatalf("%v carries %v = %v, want %v", err, name, r.Extra, want)
	}
}

// wantEnd checks that a decision ended the approval, or that it had been its own end before.
func wantEnd(t testing.TB, v approval.Verdict, err error, status approval.Status) {
	t.Helper()
	must(t, err)
	if v.Outcome == nil || v.Outcome.Status != status || !v.Own {
		t.Fatalf("verdict is %+v, want the own outcome %s", v, status)
	}
}

// wantPartial checks that a decision counts but left the approval pending.
func wantPartial(t testing.TB, v approval.Verdict, err error) {
	t.Helper()
	must(t, err)
	if v.Outcome != nil || !v.Own {
		t.Fatalf("verdict is %+v, want one that leaves it pending", v)
	}
}

// wantLost checks that another was first.
func wantLost(t testing.TB, v approval.Verdict, err error, winner approval.Signer) {
	t.Helper()
	must(t, err)
	if v.Outcome == nil || v.Own || v.Outcome.Device != winner.Device {
		t.Fatalf("verdict is %+v, want the outcome of %s", v, winner.Device)
	}
}

// wantInactive checks that a credential is not active.
func wantInactive(t testing.TB, err error) {
	t.Helper()
	wantError(t, err, approval.ErrInactive)
}
