package refusal_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/refusal"
)

func TestACopyKeepsItsCodeAndLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	original := refusal.New(refusal.TooMany, "too-many", "Wait.")
	cause := errors.New("secret inside")
	changed := original.Because(cause).After(time.Second).With("left", 2).WithDetail("Wait a second.")
	if !errors.Is(fmt.Errorf("wrapped: %w", changed), original) || !errors.Is(changed, cause) {
		t.Error("the copy is neither its original nor its cause")
	}
	if original.RetryAfter != 0 || original.Extra != nil || original.Detail != "Wait." {
		t.Errorf("the original changed: %+v", original)
	}
	if strings.Contains(changed.Detail, "secret") {
		t.Error("the cause is shown")
	}
	if errors.Is(changed, refusal.New(refusal.TooMany, "another", "")) {
		t.Error("two codes are the same refusal")
	}
}
