package factor_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jawort/jawort/factor"
)

func TestANumberIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typed, region, want string }{
		{"+49 1512 3456789", "", "+4915123456789"}, {"0151/23456789", "DE", "+4915123456789"}, {"0049 151 23456789", "DE", "+4915123456789"},
		{"(0151) 234-56789", "DE", "+4915123456789"}, {"+43 664 1234567", "DE", "+436641234567"}, {"079 123 45 67", "CH", "+41791234567"},
		{"+1 201 555 0123", "", "+12015550123"},
	} {
		if got, err := factor.ParseMobile("phone", c.typed, c.region); err != nil || got != c.want {
			t.Errorf("%q in %q = %q, %v", c.typed, c.region, got, err)
		}
	}
}

func TestWhatIsNoNumberIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"", "4711", "0151 7654321", "+49", "+999 151 23456789", "+49 151 3", "0800FLOWERS", "+49 151 2345678 ext. 5", "tel:+4915123456789;phone-context=x",
		"+49 151 2345678\r\nBcc: x", strings.Repeat("+49", 100), "\x00",
	} {
		_, err := factor.ParsePhone("phone", typed, "")
		if err == nil {
			t.Errorf("%.30q was taken", typed)
		} else if len(typed) > 5 && strings.Contains(err.Error(), typed) {
			t.Errorf("the refusal repeats what was typed: %v", err)
		}
	}
}

func TestANumberThatTakesNoSMSIsRefused(t *testing.T) {
	t.Parallel()
	for kind, typed := range map[string]string{
		"fixed line": "+49 30 901820", "toll free": "+49 800 1234567", "premium": "+49 900 1 234567",
		"fixed line in Vienna": "+43 1 58858", "emergency": "112", "UK fixed": "+44 20 7946 0018",
	} {
		if _, err := factor.ParseMobile("phone", typed, "DE"); err == nil {
			t.Errorf("%s was taken", kind)
		}
	}
	if _, err := factor.ParseMobile("phone", "+49 30 901820", ""); !errors.Is(err, factor.ErrCannotReceiveSMS) {
		t.Errorf("a fixed line is refused with %v", err)
	}
}

func TestAMaskedNumberShowsItsCountryAndTwoDigits(t *testing.T) {
	t.Parallel()
	if got := factor.MaskPhone("+4915123456717"); got != "+49 ••• ••17" {
		t.Errorf("masked: %s", got)
	}
	if got := factor.MaskPhone("nonsense"); got != "•••" {
		t.Errorf("masked nonsense: %s", got)
	}
	p, err := factor.ParsePhone("phone", "+49 151 23456717", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if shown := fmt.Sprintf(format, p); strings.Contains(shown, "345") {
			t.Errorf("%s shows the number: %s", format, shown)
		}
	}
}
