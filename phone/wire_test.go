package phone

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// vectors are those that other phones check themselves against.
type vectors struct {
	Challenges []struct{ Name, Decision, Number, Document, Challenge string }
	Documents  []struct {
		Name, Document string
		Valid          bool
	}
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	b, err := os.ReadFile("../docs/vectors/v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Challenges) == 0 || len(v.Documents) == 0 {
		t.Fatal("no vectors")
	}
	return v
}

func TestChallengesAreThoseOfTheVectors(t *testing.T) {
	t.Parallel()
	for _, v := range readVectors(t).Challenges {
		c := challenge(Decision(v.Decision), v.Number, []byte(v.Document))
		if got := encode(c[:]); got != v.Challenge {
			t.Errorf("%s: got %s, want %s", v.Name, got, v.Challenge)
		}
	}
}

func TestDocumentsAreShownOrRefusedAsTheVectorsSay(t *testing.T) {
	t.Parallel()
	for _, v := range readVectors(t).Documents {
		document, err := base64.RawURLEncoding.DecodeString(v.Document)
		if err != nil {
			t.Fatal(err)
		}
		_, err = parseDocument(document)
		if (err == nil) != v.Valid || (err != nil && !errors.Is(err, ErrUnreadable)) {
			t.Errorf("%s: valid %t, got %v", v.Name, v.Valid, err)
		}
	}
}

func TestWhatCannotBeShownCannotBeAnswered(t *testing.T) {
	t.Parallel()
	document := []byte(`{"v":1,"id":"apr_2","kind":"login","match":{"kind":"none"}}`)
	i := wireItem{ID: "apr_1", Document: encode(document)}.item("https://phone.example", time.Now())
	if !errors.Is(i.Err, ErrUnreadable) {
		t.Fatalf("another approval's document: %v", i.Err)
	}
	if _, err := New(Options{}).Sign(i, Approve, ""); !errors.Is(err, ErrUnreadable) {
		t.Errorf("got %v", err)
	}
	for _, bad := range []string{
		`{"v":2,"id":"apr_1","kind":"login","match":{"kind":"none"}}`,
		`{"v":1,"id":"apr_1","kind":"vote","match":{"kind":"none"}}`,
		`{"v":1,"id":"apr_1","kind":"login","match":{"kind":"choose"}}`,
		`{"v":1,"id":"apr_1","kind":"login"}`,
	} {
		if _, err := parseDocument([]byte(bad)); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestAProofSaysWhatRFC9449Wants(t *testing.T) {
	t.Parallel()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	a := attempt{method: "GET", url: "https://phone.example/v1/approvals?wait=25#x", token: "jwi_token", nonce: "fresh", key: k, at: at}
	header, c := open(t, a, k)
	if header.ExtraHeaders["typ"] != "dpop+jwt" || header.Algorithm != "ES256" || header.JSONWebKey == nil || !header.JSONWebKey.IsPublic() {
		t.Errorf("header = %+v", header)
	}
	sum := sha256.Sum256([]byte("jwi_token"))
	want := claims{ID: c.ID, Method: "GET", URL: "https://phone.example/v1/approvals", IssuedAt: at.Unix(), Nonce: "fresh", Token: base64.RawURLEncoding.EncodeToString(sum[:])}
	if c != want || len(c.ID) != 22 {
		t.Errorf("claims = %+v, want %+v", c, want)
	}
	if _, again := open(t, a, k); again.ID == c.ID {
		t.Error("two proofs share a jti")
	}
	a.token = ""
	if _, c := open(t, a, k); c.Token != "" {
		t.Error("ath without a token")
	}
}

func open(t *testing.T, a attempt, k *ecdsa.PrivateKey) (jose.Header, claims) {
	t.Helper()
	proof, err := a.proof(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := jose.ParseSignedCompact(proof, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := jws.Verify(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		t.Fatal(err)
	}
	return jws.Signatures[0].Protected, c
}

func TestNoKeyIsMadeForAnotherHost(t *testing.T) {
	t.Parallel()
	var o offer
	o.PublicKey.RP.ID = "evil.example"
	if _, err := New(Options{}).newDevice("https://phone.example", o); err == nil {
		t.Error("made one")
	}
}
