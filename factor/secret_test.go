package factor_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/refusal"
)

func TestRecoveryCodesAreTenDifferentOnesInReadableGroups(t *testing.T) {
	t.Parallel()
	codes, salt, err := factor.NewRecoveryCodes(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$`) // 24 characters of 5 bits: 120
	seen := map[string]bool{}
	for _, code := range codes {
		if !form.MatchString(code) {
			t.Errorf("code has another form: %s", code)
		}
		parsed, err := factor.ParseRecoveryCode(code)
		if err != nil {
			t.Fatal(err)
		}
		seen[string(factor.HashRecoveryCode(salt, parsed))] = true
	}
	if len(codes) != factor.RecoveryCodes || len(seen) != factor.RecoveryCodes {
		t.Errorf("%d codes, %d of them different", len(codes), len(seen))
	}
}

func TestARecoveryCodeIsReadAsPeopleCopyIt(t *testing.T) {
	t.Parallel()
	const want = "0123456789ABCDEFGHJK1100"
	for _, typed := range []string{"0123-4567-89AB-CDEF-GHJK-1100", " 0123 4567 89ab cdef ghjk 1100", "oi23456789abcdefghjklIoO"} {
		if code, err := factor.ParseRecoveryCode(typed); err != nil || code != want {
			t.Errorf("%q = %q, %v", typed, code, err)
		}
	}
	for _, typed := range []string{"", "0123", want + "0", strings.Repeat("-", 1<<20), strings.Replace(want, "0", "U", 1), want[:23] + "é", want[:23] + "\n"} {
		if code, err := factor.ParseRecoveryCode(typed); err == nil {
			t.Errorf("%.40q was read as %q", typed, code)
		}
	}
}

func TestTheHashOfARecoveryCodeDependsOnItsSalt(t *testing.T) {
	t.Parallel()
	_, one, err := factor.NewRecoveryCodes(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := factor.NewRecoveryCodes(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const code = "0123456789ABCDEFGHJK1100"
	if bytes.Equal(factor.HashRecoveryCode(one, code), factor.HashRecoveryCode(other, code)) {
		t.Error("two accounts with one code share a hash")
	}
}

func TestABypassCodeHasEightyBitsAndIsReadBack(t *testing.T) {
	t.Parallel()
	code, err := factor.NewBypassCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := factor.ParseBypassCode(strings.ToLower(code))
	if err != nil || len(parsed) != 16 || strings.ReplaceAll(code, "-", "") != parsed {
		t.Errorf("code of %d characters, %v", len(parsed), err)
	}
	if _, err := factor.ParseRecoveryCode(code); err == nil {
		t.Error("it was read as a recovery code")
	}
}

func TestABypassOutOfBoundsIsRefusedByItsField(t *testing.T) {
	t.Parallel()
	good := factor.Bypass{Reason: "phone stolen, identified by passport", Life: time.Hour, Uses: 1}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := map[string]factor.Bypass{
		"reason": {Life: time.Hour, Uses: 1}, "expires_in": {Reason: "x", Life: 25 * time.Hour, Uses: 1}, "uses": {Reason: "x", Life: time.Hour, Uses: 21},
	}
	for field, b := range bad {
		var refused *refusal.Error
		if err := b.Validate(); !errors.As(err, &refused) || refused.Extra["field"] != field {
			t.Errorf("%+v is refused with %v, want field %s", b, err, field)
		}
	}
	if err := (factor.Bypass{Reason: "a\u202eb", Life: time.Hour, Uses: 1}).Validate(); err == nil {
		t.Error("a reason that reads otherwise than it is was taken")
	}
}
