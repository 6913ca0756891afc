package factor_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jawort/jawort/factor"
)

func FuzzPhoneNumbers(f *testing.F) {
	for _, seed := range []string{"+49 151 23456789", "0151 23456789", "(0)151/234-567", "", "+", "++49", "+1 650 253 0000", "110", "+4915123456789;ext=1", "٠١٥١٢٣٤٥٦٧٨٩", "+49 151 23456789\r\n", "1-800-FLOWERS", strings.Repeat("0", 40), "61512345076189"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, region := range []string{"", "DE", "US", "XX"} {
			p, err := factor.ParsePhone("phone", typed, region)
			if err != nil {
				if len(typed) > 7 && strings.Contains(err.Error(), typed) && !strings.Contains("+49 151 23456789", typed) { // its example
					t.Errorf("the refusal repeats %q", typed)
				}
				continue
			}
			kept := p.E164()
			if len(kept) < 4 || len(kept) > 16 || kept[0] != '+' || strings.Trim(kept[1:], "0123456789") != "" {
				t.Errorf("%q is kept as %q", typed, kept)
			}
			if again, err := factor.ParsePhone("phone", kept, ""); err != nil || again.E164() != kept {
				t.Errorf("%q is kept as %q, which is read as %q (%v)", typed, kept, again.E164(), err)
			}
			mobile, err := factor.ParseMobile("phone", typed, region)
			if p.TakesSMS() != (err == nil) || err == nil && mobile != kept {
				t.Errorf("%q takes SMS: %t, but is read as %q (%v)", typed, p.TakesSMS(), mobile, err)
			}
			if masked := factor.MaskPhone(kept); strings.Contains(masked, kept[4:]) && len(kept) > 7 {
				t.Errorf("%s masked is %s", kept, masked)
			}
		}
	})
}

func FuzzTypedCodes(f *testing.F) {
	for _, seed := range []string{"042917", "042 917", "04-29-17", "", "04291", "٠٤٢٩١٧", "ABCD-EFGH-JKMN-PQRS", "abcd efgh jkmn pqrs tvwx yz01", "OIL0-1111-2222-3333", "UUUU-UUUU-UUUU-UUUU", strings.Repeat("-", 100), "ſſſſ-ſſſſ-ſſſſ-ſſſſ", "ABCD\nEFGHJKMNPQRS"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for name, c := range map[string]struct {
			parse func(string) (string, error)
			chars int
			of    string
		}{
			"code":     {factor.ParseCode, 6, "0123456789"},
			"recovery": {factor.ParseRecoveryCode, 24, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"},
			"bypass":   {factor.ParseBypassCode, 16, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"},
		} {
			code, err := c.parse(typed)
			if err != nil {
				continue
			}
			if len(code) != c.chars || strings.Trim(code, c.of) != "" {
				t.Errorf("%s: %q is read as %q", name, typed, code)
			}
			if again, err := c.parse(code); err != nil || again != code {
				t.Errorf("%s: %q is read as %q, and that as %q (%v)", name, typed, code, again, err)
			}
		}
	})
}

func FuzzTOTPKey(f *testing.F) {
	for _, seed := range []string{"", "12345678901234567890", strings.Repeat("\x00", 20), strings.Repeat("k", 19), strings.Repeat("k", 21), strings.Repeat("k", 1000)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := factor.ParseTOTPKey(b)
		if err == nil && string(k.Bytes()) != string(b) {
			t.Errorf("%x is read as %x", b, k.Bytes())
		}
	})
}

func FuzzMaskedAddressShowsLittle(f *testing.F) {
	for _, seed := range []string{"anna@example.com", "", "@", "a@", "@b", "a@b@c", "\xff@example.com", "ä@example.com", "\xe2\x80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		local, _, _ := strings.Cut(address, "@")
		if masked := factor.MaskAddress(address); len(local) > 1 && utf8.ValidString(local) && strings.HasPrefix(masked, local) && !strings.HasPrefix(local, "•") {
			t.Errorf("%q masked is %q", address, masked)
		}
	})
}
