package attestation_test

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
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/google/uuid"

	"github.com/jawort/jawort/attestation"
)

// sample is an attestation of testdata, verified as go-webauthn does at a registration.
func sample(t *testing.T, name string) *protocol.AttestationObject {
	t.Helper()
	o, hash := parsed(t, name)
	if err := o.VerifyAttestation(hash, nil, protocol.AttestationPolicy{}, protocol.SignaturePolicy{}); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return o
}

func parsed(t *testing.T, name string) (*protocol.AttestationObject, []byte) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := protocol.ParseCredentialCreationResponseBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(p.Raw.AttestationResponse.ClientDataJSON)
	return &p.Response.AttestationObject, hash[:]
}

func makeOf(t *testing.T, o *protocol.AttestationObject) string {
	t.Helper()
	id, err := uuid.FromBytes(o.AuthData.AttData.AAGUID)
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

// rootOf is the last certificate of a sample's own chain.
func rootOf(o *protocol.AttestationObject) []byte {
	path := o.AttStatement["x5c"].([]any)
	return path[len(path)-1].([]byte)
}

// atThatTime runs a test at a moment when the samples' chains hold: go-webauthn goes by the clock of the process.
func atThatTime(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(now))
		test(t)
	})
}

// entry is what the list says of a make.
func entry(aaguid, kind string, root []byte, status string, protection ...string) map[string]any {
	return map[string]any{
		"aaguid": aaguid, "timeOfLastStatusChange": "2026-01-01",
		"metadataStatement": map[string]any{
			"aaguid": aaguid, "description": "a sample", "attestationTypes": []string{kind}, "keyProtection": protection,
			"attestationRootCertificates": []string{base64.StdEncoding.EncodeToString(root)},
		},
		"statusReports": []any{map[string]any{"status": status, "effectiveDate": "2026-01-01"}},
	}
}

var now = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// service stands in for the Metadata Service.
type service struct {
	t       *testing.T
	root    *x509.Certificate
	rootKey *ecdsa.PrivateKey
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t}
	s.rootKey = newKey(t)
	s.root = s.certificate(&x509.Certificate{
		Subject: pkix.Name{CommonName: "Root"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, &s.rootKey.PublicKey)
	return s
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (s *service) certificate(c, parent *x509.Certificate, key *ecdsa.PublicKey) *x509.Certificate {
	s.t.Helper()
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(1), now.Add(-time.Hour), now.Add(365*24*time.Hour)
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key, s.rootKey)
	if err != nil {
		s.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		s.t.Fatal(err)
	}
	return cert
}

// blob is the list, signed by whom the service has certified under this name.
func (s *service) blob(name string, entries ...any) []byte {
	s.t.Helper()
	key := newKey(s.t)
	cert := s.certificate(&x509.Certificate{Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}}, s.root, &key.PublicKey)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key},
		(&jose.SignerOptions{}).WithHeader("x5c", []string{base64.StdEncoding.EncodeToString(cert.Raw)}))
	if err != nil {
		s.t.Fatal(err)
	}
	payload, err := json.Marshal(map[string]any{"legalHeader": "a test's", "no": 1, "nextUpdate": "2026-12-01", "entries": entries})
	if err != nil {
		s.t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		s.t.Fatal(err)
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		s.t.Fatal(err)
	}
	return []byte(compact)
}

const serviceName = "mds.fidoalliance.org"

func makers(t *testing.T, entries ...any) *attestation.Makers {
	t.Helper()
	s := newService(t)
	m, err := attestation.ReadMakers(s.blob(serviceName, entries...), s.root, now)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
