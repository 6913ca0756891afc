package server_test

import (
	"testing"
	"time"

	"github.com/jawort/jawort/account"
)

func TestAnOfferToRememberThatIsShorterThanADayIsToldInHours(t *testing.T) {
	t.Parallel()
	i, _ := daily(t)
	i.setPolicy(func(a *account.ApplicationPolicy) {
		a.MaxInterval, a.Remember = account.Duration(6*time.Hour), account.Duration(12*time.Hour)
	})
	offer := i.create("4711").body["remember"].(map[string]any)
	if offer["days"] != 0.0 || offer["hours"] != 12.0 {
		t.Errorf("offered %v", offer)
	}
}
