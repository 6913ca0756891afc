package auditing

import "testing"

func TestALogIsCheckedOnceAtATimeAndOthersMeanwhile(t *testing.T) {
	t.Parallel()
	var r running
	end, ok := r.begin("ten_a")
	if !ok {
		t.Fatal("a log that nobody checks is taken")
	}
	if _, ok := r.begin("ten_a"); ok {
		t.Error("a log is checked twice at once")
	}
	for _, other := range []string{"ten_b", "ten_c", ""} {
		if _, ok := r.begin(other); !ok {
			t.Errorf("a check of ten_a keeps %q from its own", other)
		}
	}
	if end(); r.logs.CompareAndDelete("ten_a", true) {
		t.Error("a check that has ended still holds its log")
	}
	if _, ok := r.begin("ten_a"); !ok {
		t.Error("a log is never checked again")
	}
}
