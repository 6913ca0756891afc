package factor_test

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/jawort/jawort/factor"
)

func TestAPlainAddressIsTakenWithItsDomainInLowerCase(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"anna@example.com": "anna@example.com", "Anna.Muster+jw@Example.CO.uk": "Anna.Muster+jw@example.co.uk", "o'neil@xn--mller-kva.de": "o'neil@xn--mller-kva.de",
	} {
		got, err := factor.ParseAddress("email", typed)
		if err != nil || got != want {
			t.Errorf("%q = %q, %v", typed, got, err)
		}
		if parsed, err := mail.ParseAddress(got); err != nil || parsed.Address != got || parsed.Name != "" {
			t.Errorf("net/mail reads %q as %v, %v", got, parsed, err)
		}
	}
}

var notAddresses = []string{
	"", "anna", "@example.com", "anna@", "anna@localhost", "anna@@example.com", "a b@example.com", "Anna <anna@example.com>", `"a b"@example.com`,
	"anna@example.com\r\nBcc: eve@evil.example", "anna@example.com\n", "anna@example.com,eve@evil.example", "anna@example.com (comment)",
	"anna..b@example.com", ".anna@example.com", "anna@-example.com", "anna@example..com", "anna@[127.0.0.1]", "anna@127.0.0.1", "ännä@example.com", "anna@exämple.com",
	"anna\x00@example.com", "<anna@example.com>", "anna@example.com>", "anna%eve@example.com@x.de", "a:b@example.com", "anna@example.com;x",
	strings.Repeat("a", 65) + "@example.com", "a@" + strings.Repeat("a.", 130) + "com", "a@" + strings.Repeat("b", 64) + ".com",
}

func TestWhatIsNoPlainAddressIsRefusedAndNotRepeated(t *testing.T) {
	t.Parallel()
	for _, typed := range notAddresses {
		_, err := factor.ParseAddress("email", typed)
		if err == nil {
			t.Errorf("%.40q was taken", typed)
		} else if strings.Contains(typed, "evil") && strings.Contains(err.Error(), "evil") {
			t.Errorf("the refusal repeats what was typed: %v", err)
		}
	}
}

// Whatever is taken, nothing in it ends a header or an SMTP command, or names a second recipient.
func FuzzAnAddressThatIsTakenSmugglesNothing(f *testing.F) {
	for _, seed := range append(notAddresses, "anna@example.com", "Anna.Muster+jw@Example.CO.uk") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := factor.ParseAddress("email", typed)
		if err != nil {
			return
		}
		if strings.ContainsAny(got, "\r\n\x00 ,;:<>()[]\"\\\t") || strings.Count(got, "@") != 1 {
			t.Errorf("%q was taken as %q", typed, got)
		}
		if parsed, err := mail.ParseAddress(got); err != nil || parsed.Address != got {
			t.Errorf("net/mail does not read %q: %v", got, err)
		}
	})
}

func TestAMaskedAddressShowsItsFirstLetterAndDomain(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"anna@example.com": "a•••@example.com", "a@example.com": "a•••@example.com", "nonsense": "•••", "@x": "•••"} {
		if got := factor.MaskAddress(address); got != want {
			t.Errorf("%q masked is %q", address, got)
		}
	}
}
