package ledger_test

import (
	"errors"
	"testing"

	"github.com/jawort/jawort/refusal"
)

func is(err, target error) bool { return errors.Is(err, target) }

func wantField(t *testing.T, err error, field string) {
	t.Helper()
	var r *refusal.Error
	if !errors.As(err, &r) || r.Extra["field"] != field {
		t.Errorf("%v, want a refusal of %s", err, field)
	}
}
