package console

import "testing"

func TestOfATenantMuchIsReadOnceAtATimeAndOfOthersMeanwhile(t *testing.T) {
	t.Parallel()
	var r Busy
	end, ok := r.Begin("ten_a")
	if !ok {
		t.Fatal("a tenant of which nobody reads is taken")
	}
	if _, ok := r.Begin("ten_a"); ok {
		t.Error("it is read twice at once")
	}
	for _, other := range []string{"ten_b", "ten_c", ""} {
		if _, ok := r.Begin(other); !ok {
			t.Errorf("reading of ten_a keeps %q from its own", other)
		}
	}
	if end(); r.tenants.CompareAndDelete("ten_a", true) {
		t.Error("what has ended still holds its tenant")
	}
	if _, ok := r.Begin("ten_a"); !ok {
		t.Error("it is never read again")
	}
}
