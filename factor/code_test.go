package factor_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"github.com/jawort/jawort/factor"
)

func TestCodesAreSixDigitsAndNoneIsLikelierThanAnother(t *testing.T) {
	t.Parallel()
	const draws = 30_000
	var counts [factor.CodeDigits][10]int
	for range draws {
		code, err := factor.NewCode(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if len(code) != factor.CodeDigits {
			t.Fatalf("a code has %d digits", len(code))
		}
		for i, r := range code {
			counts[i][r-'0']++
		}
	}
	// 3000 of each are expected, with a standard deviation of 52.
	for i, digits := range counts {
		for d, n := range digits {
			if n < 3000-7*52 || n > 3000+7*52 {
				t.Errorf("digit %d came %d times at place %d", d, n, i)
			}
		}
	}
}

func TestACodeIsNotMadeOfTooLittleRandomness(t *testing.T) {
	t.Parallel()
	if code, err := factor.NewCode(bytes.NewReader(nil)); err == nil {
		t.Errorf("code %s out of nothing", code)
	}
}

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"012345", "012 345", " 012345 ", "012-345"} {
		if code, err := factor.ParseCode(typed); err != nil || code != "012345" {
			t.Errorf("%q = %q, %v", typed, code, err)
		}
	}
	for _, typed := range []string{"", "12345", "1234567", "12345x", "١٢٣٤٥٦", "12345\x00", "+12345", "123\n456"} {
		if code, err := factor.ParseCode(typed); err == nil {
			t.Errorf("%q was read as %q", typed, code)
		}
	}
}
