package pushtest

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func unbase64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of RFC 8291, section 5 and appendix A.
func TestTheExampleOfTheRFCDecrypts(t *testing.T) {
	t.Parallel()
	key, err := ecdh.P256().NewPrivateKey(unbase64(t, "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
	if err != nil {
		t.Fatal(err)
	}
	s := &subscriber{key: key, auth: unbase64(t, "BTBZMqHH6r4Tts7J_aSIgg")}
	body := unbase64(t, "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"+
		"mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"+
		"pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN")
	plain, err := s.decrypt(body)
	if err != nil || string(plain) != "When I grow up, I want to be a watermelon" {
		t.Errorf("decrypted %q, %v", plain, err)
	}
	for i := range body {
		spoilt := append([]byte(nil), body...)
		spoilt[i] ^= 1
		if i >= saltSize && i < saltSize+4 {
			continue // the record size is not authenticated where there is one record
		}
		if plain, err := s.decrypt(spoilt); err == nil {
			t.Errorf("byte %d spoilt: decrypted %q", i, plain)
		}
	}
	for n := range body {
		if _, err := s.decrypt(body[:n]); err == nil {
			t.Errorf("the first %d bytes decrypt", n)
		}
	}
}

func TestWebPushHeaderRules(t *testing.T) {
	t.Parallel()
	key, public := vapidKey(t)
	w, err := NewWebPush(public, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	other, otherPublic := vapidKey(t)
	now := time.Now()
	claims := func(change map[string]any) map[string]any {
		c := map[string]any{"aud": w.URL(), "exp": now.Add(12 * time.Hour).Unix(), "sub": "mailto:ops@example.org"}
		for k, v := range change {
			c[k] = v
		}
		return c
	}
	vapid := func(k *ecdsa.PrivateKey, public string, change map[string]any) string {
		return "vapid t=" + sign(t, k, claims(change)) + ", k=" + public
	}
	for name, c := range map[string]struct {
		header, value string
		want          int
	}{
		"all is well":                {"Authorization", vapid(key, public, nil), 0},
		"no TTL":                     {"TTL", "", 400},
		"a negative TTL":             {"TTL", "-1", 400},
		"a topic of 33 characters":   {"Topic", strings.Repeat("a", 33), 400},
		"a topic outside base64url":  {"Topic", "a+b", 400},
		"an urgency that is none":    {"Urgency", "extreme", 400},
		"another content encoding":   {"Content-Encoding", "aesgcm", 415},
		"no authorization":           {"Authorization", "", 401},
		"another server's key":       {"Authorization", vapid(other, otherPublic, nil), 403},
		"a signature of another key": {"Authorization", vapid(other, public, nil), 401},
		"another audience":           {"Authorization", vapid(key, public, map[string]any{"aud": "https://push.example"}), 401},
		"an end in the past":         {"Authorization", vapid(key, public, map[string]any{"exp": now.Add(-time.Minute).Unix()}), 401},
		"an end after 25 hours":      {"Authorization", vapid(key, public, map[string]any{"exp": now.Add(25 * time.Hour).Unix()}), 401},
		"mailto: twice":              {"Authorization", vapid(key, public, map[string]any{"sub": "mailto:mailto:ops@example.org"}), 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := http.Header{}
			h.Set("TTL", "60")
			h.Set("Content-Encoding", "aes128gcm")
			h.Set("Authorization", vapid(key, public, nil))
			h.Set(c.header, c.value)
			if status, why := w.rules().checkHeaders(h); status != c.want {
				t.Errorf("%d %s, want %d", status, why, c.want)
			}
		})
	}
}

func vapidKey(t *testing.T) (*ecdsa.PrivateKey, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return key, base64.RawURLEncoding.EncodeToString(b)
}

func sign(t *testing.T, key *ecdsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
