package dpop

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/jawort/jawort/keys"
)

func FuzzNonce(f *testing.F) {
	set, err := keys.Generate()
	if err != nil {
		f.Fatal(err)
	}
	n := NewNonces(set, func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) })
	good, err := n.New()
	if err != nil || !n.Fresh(good) {
		f.Fatalf("the seed is not fresh: %v", err)
	}
	for _, seed := range []string{good, "", "AA", good[:len(good)-1], good + "A", good + "=", "\n" + good, base64.RawURLEncoding.EncodeToString(make([]byte, 100))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, nonce string) {
		if n.Fresh(nonce) && nonce != good {
			// Another spelling of the same bytes is the same nonce.
			got, _ := base64.RawURLEncoding.Strict().DecodeString(nonce)
			want, _ := base64.RawURLEncoding.Strict().DecodeString(good)
			if string(got) != string(want) {
				t.Errorf("%q is fresh", nonce)
			}
		}
	})
}

func FuzzAddressesAreComparedInOneForm(f *testing.F) {
	for _, seed := range []string{"https://phone.example/v1/approvals", "https://PHONE.example:443/a/../b", "https://phone.example", "http://phone.example:80/%7Ea", "https://phone.example/a%2Fb", "https://a@b/", "//x", "", "https://[::1]:443/", "https://phone.example/%zz", "https://phone.example:/", "https://phone.example/a//b", "https://phone.example/%2e%2e/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		once, err := normalise(address)
		if err != nil {
			return
		}
		if twice, err := normalise(once); err != nil || twice != once {
			t.Errorf("%q is %q, and that is %q (%v)", address, once, twice, err)
		}
	})
}
