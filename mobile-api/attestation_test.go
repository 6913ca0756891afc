package mobileapi_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/jawort/jawort/attestation"
)

func demanding(t *testing.T, d attestation.Demand) *bench {
	t.Helper()
	return newBenchThat(t, attestation.NewJudge(d, nil))
}

func TestAPhoneThatNobodyVouchesForIsToldToUseAnother(t *testing.T) {
	t.Parallel()
	for _, d := range []attestation.Demand{attestation.Any, attestation.Hardware} {
		b := demanding(t, d)
		p := b.phone("x")
		_, code := b.link(b.account("4711"))
		claimed := p.claim(code).ok(t)
		options, _ := claimed.body["publicKey"].(map[string]any)
		if options["attestation"] != "direct" {
			t.Errorf("%s: the phone is asked for attestation %v", d, options["attestation"])
		}
		got := p.complete(p.completion(claimed)).want(t, http.StatusUnprocessableEntity, "attestation-required")
		if text, _ := got.body["text"].(string); !strings.Contains(text, "bürgt") {
			t.Errorf("%s: it is told %q", d, text)
		}
		if devices := must(b.lasting.Devices(t.Context(), b.tenant.ID, "4711"))(t); len(devices) != 0 {
			t.Errorf("%s: devices %v", d, devices)
		}
	}
}

func TestAPhoneThatSomebodyVouchesForIsRegisteredUnlessItMustBeHardware(t *testing.T) {
	t.Parallel()
	b := demanding(t, attestation.Any)
	p := b.phone("x")
	_, code := b.link(b.account("4711"))
	body := p.completion(p.claim(code).ok(t))
	body["credential"] = vouched(t, body["credential"].(json.RawMessage))
	p.complete(body).ok(t)
	if devices := must(b.lasting.Devices(t.Context(), b.tenant.ID, "4711"))(t); len(devices) != 1 {
		t.Errorf("devices %v", devices)
	}

	b = demanding(t, attestation.Hardware)
	p = b.phone("x")
	_, code = b.link(b.account("4711"))
	body = p.completion(p.claim(code).ok(t))
	body["credential"] = vouched(t, body["credential"].(json.RawMessage))
	got := p.complete(body).want(t, http.StatusUnprocessableEntity, "hardware-key-required")
	if text, _ := got.body["text"].(string); !strings.Contains(text, "Hardware") {
		t.Errorf("it is told %q", text)
	}
}

func TestAnAttestationOfAnotherCredentialIsNone(t *testing.T) {
	t.Parallel()
	b := demanding(t, attestation.Any)
	p := b.phone("x")
	_, code := b.link(b.account("4711"))
	claimed := p.claim(code).ok(t)
	stolen := vouched(t, p.completion(claimed)["credential"].(json.RawMessage))
	body := p.completion(claimed) // with another key
	body["credential"] = withStatement(t, body["credential"].(json.RawMessage), statementOf(t, stolen))
	got := p.complete(body).want(t, http.StatusUnprocessableEntity, "invalid-request")
	if got.body["field"] != "credential" {
		t.Errorf("got %s", got.raw)
	}
}

// registration is a registration's JSON, as far as it is changed here.
type registration struct {
	ID       string `json:"id"`
	RawID    string `json:"rawId"`
	Type     string `json:"type"`
	Response struct {
		AttestationObject string `json:"attestationObject"`
		ClientDataJSON    string `json:"clientDataJSON"`
	} `json:"response"`
}

type object struct {
	Format    string         `cbor:"fmt"`
	Statement map[string]any `cbor:"attStmt"`
	Data      []byte         `cbor:"authData"`
}

func opened(t *testing.T, credential json.RawMessage) (r registration, o object) {
	t.Helper()
	if err := json.Unmarshal(credential, &r); err != nil {
		t.Fatal(err)
	}
	if err := cbor.Unmarshal(must(base64.RawURLEncoding.DecodeString(r.Response.AttestationObject))(t), &o); err != nil {
		t.Fatal(err)
	}
	return r, o
}

func statementOf(t *testing.T, credential json.RawMessage) map[string]any {
	t.Helper()
	_, o := opened(t, credential)
	return o.Statement
}

func withStatement(t *testing.T, credential json.RawMessage, statement map[string]any) json.RawMessage {
	t.Helper()
	r, o := opened(t, credential)
	o.Format, o.Statement = "packed", statement
	r.Response.AttestationObject = b64(must(cbor.Marshal(o))(t))
	return must(json.Marshal(r))(t)
}

// vouched is the credential with an attestation by a maker of nobody's list (WebAuthn Level 3, 8.2).
func vouched(t *testing.T, credential json.RawMessage) json.RawMessage {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true,
		Subject: pkix.Name{Country: []string{"DE"}, Organization: []string{"Muster"}, OrganizationalUnit: []string{"Authenticator Attestation"}, CommonName: "Muster 1"},
	}
	cert := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))(t)
	r, o := opened(t, credential)
	client := sha256.Sum256(must(base64.RawURLEncoding.DecodeString(r.Response.ClientDataJSON))(t))
	signed := sha256.Sum256(append(o.Data[:len(o.Data):len(o.Data)], client[:]...))
	signature := must(ecdsa.SignASN1(rand.Reader, key, signed[:]))(t)
	return withStatement(t, credential, map[string]any{"alg": -7, "sig": signature, "x5c": [][]byte{cert}})
}
