package audit_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/audit"
)

// receiptOf signs something else with the same key, as a receipt is signed.
func receiptOf(t *testing.T, key jose.JSONWebKey) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType("jawort-receipt+jws"))
	must(t, err)
	jws, err := signer.Sign([]byte(`{"v":1,"tenant":"ten_a","sequence":6}`))
	must(t, err)
	compact, err := jws.CompactSerialize()
	must(t, err)
	return compact
}

// The values were computed apart from this package, so that the format cannot change unnoticed.
func TestTheEncodingIsTheOneThatWasPublished(t *testing.T) {
	t.Parallel()
	chain := audit.NewChain(tenant)
	if got := chain.Hash.String(); got != "O0xzulxVoCGbBby7vunBmQ8EdaUMb5jPP1wmqIF9PFo" {
		t.Errorf("before the first entry: %s", got)
	}
	f := fact(0)
	f.Personal = map[string]string{"holder": "Anna Muster"}
	e, beside, err := chain.Append(f, bytes.NewReader(bytes.Repeat([]byte{7}, 32)))
	must(t, err)
	if got := e.Commitments["holder"].String(); got != "mJgyP1pqL8R8lib-0CGLSjcRys5aFtQf-P4OQMPRDdA" {
		t.Errorf("commitment: %s", got)
	}
	if got := e.Hash.String(); got != "uRko_m9O0X3fPLBV1TmzXSv-B_YFGVNDzKc7U27REHQ" {
		t.Errorf("entry: %s", got)
	}
	if len(beside) != 1 || beside["holder"].Value != "Anna Muster" {
		t.Errorf("beside it lies %v", beside)
	}
	if got := audit.DocumentHash([]byte("document")).String(); got != "d70Jv0KRnCfaX1L8Pr-GFfkNolls1E_DrG9Nh7bq3js" {
		t.Errorf("document: %s", got)
	}
	got := audit.EvidenceHash("approve", "42", []byte{1}, []byte{2}, []byte{3}, []byte{4}, []byte{5}).String()
	if got != "3bJcmZbdibMyXyN6QNPLEBVG6aCWKWX8xr2ewvp3lPg" {
		t.Errorf("evidence: %s", got)
	}
}

func TestAnEntryHoldsNoPersonalData(t *testing.T) {
	t.Parallel()
	w := export(t, tenant, newKey(t, "k"))
	for _, e := range w.entries {
		b, err := json.Marshal(e)
		must(t, err)
		if strings.Contains(string(b), "Anna") || len(e.Commitments) != 2 {
			t.Errorf("entry %s", b)
		}
	}
	if w.entries[0].Commitments["holder"] == w.entries[1].Commitments["holder"] {
		t.Error("two commitments to one name are the same: whose data was erased could be told")
	}
}

func TestAnEntryIsMadeOfWhateverHappened(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]audit.Fact{
		"nothing":            {},
		"no data":            {Data: json.RawMessage("null")},
		"names out of order": {Data: json.RawMessage(` {"b" : 1.50, "a": [{"d":null,"c":"<&>"}]} `)},
		"no UTF-8":           {Subject: "a\xff", Personal: map[string]string{"\xfe": "\xfd"}, Data: json.RawMessage("{\"a\":\"\xff\"}")},
	} {
		w := &written{t: t, key: newKey(t, "k"), chain: audit.NewChain("")}
		w.append(f)
		w.head()
		if _, err := w.verify(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, data := range []string{"[]", "1", "{", `"x"`} {
		chain := audit.NewChain(tenant)
		if _, _, err := chain.Append(audit.Fact{Data: json.RawMessage(data)}, rand.Reader); err == nil || chain != audit.NewChain(tenant) {
			t.Errorf("data %s: error %v, chain %+v", data, err, chain)
		}
	}
}

func TestAnEntryWithoutRandomnessIsNone(t *testing.T) {
	t.Parallel()
	chain := audit.NewChain(tenant)
	if _, _, err := chain.Append(fact(0), strings.NewReader("short")); err == nil || chain != audit.NewChain(tenant) {
		t.Errorf("error %v, chain %+v", err, chain)
	}
}
