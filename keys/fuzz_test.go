package keys

import (
	"bytes"
	"testing"
)

func FuzzParseKeyFile(f *testing.F) {
	set, err := Generate()
	if err != nil {
		f.Fatal(err)
	}
	whole, err := (*Wrapper)(nil).encode(f.Context(), set)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := parse(whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	for _, seed := range []string{"", "null", "{}", "[]", `{"sealing":{}}`, `{"receipt":[]}`, `{"receipt":{"kty":"EC"}}`, `{"vapid":{"public":"","private":""}}`, `{"wrote_until":{"a":"soon"}}`} {
		f.Add([]byte(seed))
	}
	for _, change := range [][2]string{{`"primaryKeyId"`, `"primaryKey"`}, {"ENABLED", "DESTROYED"}, {`"kid"`, `"kod"`}, {`"P-256"`, `"P-384"`}, {`"sealing"`, `"authentication"`}} {
		f.Add(bytes.Replace(whole, []byte(change[0]), []byte(change[1]), 1))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parse(b)
		if err != nil {
			return
		}
		sealed, err := s.Seal([]byte("text"), "purpose")
		if err != nil {
			t.Fatalf("a set that was read seals nothing: %v", err)
		}
		written, err := (*Wrapper)(nil).encode(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parse(written)
		if err != nil {
			t.Fatalf("a set that was read cannot be read once it was written: %v", err)
		}
		if plain, err := again.Open(sealed, "purpose"); err != nil || string(plain) != "text" {
			t.Errorf("the set that was written is another: %v", err)
		}
	})
}

func FuzzWhatIsSealedOpensForItsPurposeOnly(f *testing.F) {
	set, err := Generate()
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := set.Seal([]byte("text"), "purpose")
	if err != nil {
		f.Fatal(err)
	}
	tag, err := set.MAC("purpose", []byte("text"))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{sealed, tag, {}, sealed[:5], sealed[:len(sealed)-1], append(sealed[:len(sealed):len(sealed)], 0), bytes.Repeat([]byte{0}, 64)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if plain, err := set.Open(b, "purpose"); err == nil && !bytes.Equal(b, sealed) {
			t.Errorf("%x opens as %q", b, plain)
		}
		if _, err := set.Open(b, "another"); err == nil {
			t.Errorf("%x opens for another purpose", b)
		}
		if err := set.VerifyMAC(b, "purpose", []byte("text")); err == nil && !bytes.Equal(b, tag) {
			t.Errorf("%x is taken for the tag", b)
		}
	})
}
