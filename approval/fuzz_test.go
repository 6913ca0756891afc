package approval_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"apr_0aaaaaaaaaaaaaaaaaaaaaaaaaa", "apr_f" + strings.Repeat("7", 26), "apr_gaaaaaaaaaaaaaaaaaaaaaaaaaa", "apr_", "", "acc_aaaaaaaaaaaaaaaaaaaaaaaaaa", "apr_0AAAAAAAAAAAAAAAAAAAAAAAAAA", "apr_0aaaaaaaaaaaaaaaaaaaaaaaaa\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		partition, err := approval.ParseID(s)
		if err != nil {
			if s != "" && len(s) > 8 && strings.Contains(err.Error(), s) {
				t.Errorf("the error repeats %q", s)
			}
			return
		}
		if partition < 0 || partition >= approval.Partitions || len(s) > 32 || s[4] != "0123456789abcdef"[partition] {
			t.Errorf("%q is of partition %d", s, partition)
		}
	})
}

func FuzzCheckText(f *testing.F) {
	for _, seed := range []string{"", "Büro Süd", "\u202e", "a\x00", "\xff", "e\u0301", " ", "\ufeff", "\U000e0041", strings.Repeat("ä", 128), strings.Repeat("ä", 129), "👩‍👩‍👧", "a\u2028b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		err := approval.CheckText("field", s)
		var shown *refusal.Error
		if err != nil && (!errors.As(err, &shown) || shown.Class != refusal.Invalid || shown.Extra["field"] != "field") {
			t.Fatalf("%q is refused with %v", s, err)
		}
		fine := len(s) <= 256 && utf8.ValidString(s) && norm.NFC.IsNormalString(s) && (s == "" || strings.TrimSpace(s) != "") &&
			!strings.ContainsFunc(s, func(r rune) bool {
				return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Cf, unicode.Zl, unicode.Zp)
			})
		if err == nil && !fine {
			t.Errorf("%q may be shown", s)
		}
	})
}

func FuzzParseContext(f *testing.F) {
	whole, err := approval.Context{}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{whole, "", "null", "[]", "{", `{"methods":["push"]}`, `{"reason":{"a":[1,null]}}`, `{"activate":{"required":-1}}`, `{"browser":7}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := approval.ParseContext(text)
		if err != nil {
			return
		}
		kept, err := c.Encode()
		if err != nil {
			t.Fatalf("%q is read, but cannot be kept: %v", text, err)
		}
		again, err := approval.ParseContext(kept)
		if err != nil {
			t.Fatalf("%q is kept as %s, which cannot be read: %v", text, kept, err)
		}
		if twice, err := again.Encode(); err != nil || twice != kept {
			t.Errorf("%q is kept as %s, and then as %s (%v)", text, kept, twice, err)
		}
	})
}

func FuzzVerifyReceipt(f *testing.F) {
	key, published := receiptKey(f)
	r, err := approval.NewReceipt(outcome(f, newSigner(), approval.Approve, "42"))
	if err != nil {
		f.Fatal(err)
	}
	good, rp := signed(f, r, key), relyingParty(f)
	if _, err := approval.VerifyReceipt(good, published, rp); err != nil {
		f.Fatal(err)
	}
	parts := strings.Split(good, ".")
	for _, seed := range []string{good, "", "a.b.c", good[:len(good)/2], parts[0] + ".e30." + parts[2], parts[0] + "." + parts[1] + ".", "eyJhbGciOiJub25lIn0." + parts[1] + ".", `{"payload":"e30"}`, good + "=", "\n" + good} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, compact string) {
		got, err := approval.VerifyReceipt(compact, published, rp)
		if err != nil && !errors.Is(err, approval.ErrReceipt) {
			t.Fatalf("%q: %v, want ErrReceipt", compact, err)
		}
		if err == nil && !reflect.DeepEqual(got.Document, r.Document) {
			t.Errorf("%q holds for something else than was signed", compact)
		}
	})
}

func FuzzCheckKey(f *testing.F) {
	key := newSigner().credential().PublicKey
	if approval.CheckKey(key) != nil || approval.CheckPasskeyKey(key) != nil {
		f.Fatal("the seed is no key")
	}
	for _, seed := range [][]byte{key, {}, {0xa0}, key[:len(key)-1], append(key[:len(key):len(key)], 0), {0xbf, 0xff}, {0x9f, 0x9f, 0x9f}, {0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x40, 0x22, 0x40}, {0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cose []byte) {
		if approval.CheckKey(cose) == nil && approval.CheckPasskeyKey(cose) != nil {
			t.Errorf("%x may sign for a phone, but not for a browser", cose)
		}
	})
}

func FuzzBytesAreReadAsTheyAreWritten(f *testing.F) {
	for _, seed := range []string{"", "AA", "AB", "AA==", "A", "+/", "-_", "A\nA", "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var b approval.Bytes
		if b.UnmarshalText(text) != nil {
			return
		}
		written, err := b.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var again approval.Bytes
		if err := again.UnmarshalText(written); err != nil || string(again) != string(b) {
			t.Errorf("%q is written as %q, which is read as %x (%v)", text, written, again, err)
		}
	})
}
