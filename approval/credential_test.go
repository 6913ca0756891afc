package approval_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/descope/virtualwebauthn"
	"github.com/fxamacker/cbor/v2"

	"github.com/jawort/jawort/approval"
)

// cose encodes the members of a COSE_Key.
func cose(t *testing.T, members map[int]any) []byte {
	t.Helper()
	b, err := cbor.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOnlyAnES256KeyOnItsCurveMaySign(t *testing.T) {
	t.Parallel()
	good := newSigner().credential().PublicKey
	if err := approval.CheckKey(good); err != nil {
		t.Fatal(err)
	}
	var members map[int]any
	if err := cbor.Unmarshal(good, &members); err != nil {
		t.Fatal(err)
	}
	changed := func(label int, value any) []byte {
		other := map[int]any{}
		for l, v := range members {
			other[l] = v
		}
		other[label] = value
		return cose(t, other)
	}
	for name, key := range map[string][]byte{
		"RSA":                 virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeRSA).Key.AttestationData(),
		"a huge RSA modulus":  cose(t, map[int]any{1: 3, 3: -257, -1: bytes.Repeat([]byte{255}, 30000), -2: []byte{127, 255, 255, 255}}),
		"RSA that says ES256": cose(t, map[int]any{1: 3, 3: -7, -1: bytes.Repeat([]byte{255}, 64), -2: []byte{1, 0, 1}}),
		"another algorithm":   changed(3, -35),
		"another curve":       changed(-1, 2),
		"a point of zeros":    cose(t, map[int]any{1: 2, 3: -7, -1: 1, -2: make([]byte, 32), -3: make([]byte, 32)}),
		"a point off curve":   changed(-2, bytes.Repeat([]byte{7}, 32)),
		"a short coordinate":  changed(-3, []byte{1, 2, 3}),
		"no CBOR":             []byte("key"),
		"nothing":             nil,
	} {
		if err := approval.CheckKey(key); !errors.Is(err, approval.ErrKey) {
			t.Errorf("%s: %v, want ErrKey", name, err)
		}
	}
}

func TestVerifyingCostsTheSameWhateverIsClaimedToBeAKey(t *testing.T) {
	t.Parallel()
	document := documentBytes(t, question())
	s, rp := newSigner(), relyingParty(t)
	huge := s.credential()
	huge.PublicKey = cose(t, map[int]any{1: 3, 3: -257, -1: bytes.Repeat([]byte{255}, 30000), -2: []byte{127, 255, 255, 255}})
	if err := rp.Verify(s.sign(t, approval.Approve, "42", document), huge, approval.Approve, "42", document); !errors.Is(err, approval.ErrAssertion) {
		t.Errorf("a huge key: %v, want ErrAssertion", err)
	}
	long := s.sign(t, approval.Approve, "42", document)
	long.Signature = bytes.Repeat([]byte{1}, 30000)
	if err := rp.Verify(long, s.credential(), approval.Approve, "42", document); !errors.Is(err, approval.ErrAssertion) {
		t.Errorf("a long signature: %v, want ErrAssertion", err)
	}
}
