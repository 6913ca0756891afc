package live

import (
	"strings"
	"testing"
	"time"
)

func TestPushLimitsThatCannotHoldAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*PushLimits){
		"no push at all":                  func(l *PushLimits) { l.Most = 0 },
		"no window":                       func(l *PushLimits) { l.Window = 0 },
		"a pause without a deny":          func(l *PushLimits) { l.Denies = 0 },
		"no pause":                        func(l *PushLimits) { l.Pauses = nil },
		"a pause that ends before it was": func(l *PushLimits) { l.Pauses = []time.Duration{time.Minute, -1} },
		"a pause that is forgotten":       func(l *PushLimits) { l.Memory = time.Hour - 1 },
		"no memory":                       func(l *PushLimits) { l.Pauses, l.Memory = []time.Duration{0}, 0 },
	} {
		limits := DefaultPushLimits()
		change(&limits)
		_, err := Open(t.Context(), Config{URL: Embedded, Pushes: &limits}, time.Now)
		if err == nil || !strings.Contains(err.Error(), "push limits") {
			t.Errorf("%s: %v", name, err)
		}
	}
	limits := DefaultPushLimits()
	limits.Most = 2
	s, err := Open(t.Context(), Config{URL: Embedded, Pushes: &limits}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if s.limits.Most != 2 {
		t.Error("the limits that were given do not hold")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
