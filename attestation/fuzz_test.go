package attestation_test

import (
	"crypto/x509"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/metadata"

	"github.com/jawort/jawort/attestation"
)

func FuzzReadMakersBelievesNobodyElse(f *testing.F) {
	der, err := base64.StdEncoding.DecodeString(metadata.ProductionMDSRoot)
	if err != nil {
		f.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		f.Fatal(err)
	}
	b64 := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	payload := b64(`{"nextUpdate":"2027-01-01","entries":[{"aaguid":"00000000-0000-0000-0000-000000000001"}]}`)
	for _, seed := range []string{
		"", "a.b.c", b64(`{"alg":"none"}`) + "." + payload + ".", b64(`{"alg":"RS256"}`) + "." + payload + ".AAAA", b64(`{"alg":"RS256","x5c":[]}`) + "." + payload + ".AAAA",
		b64(`{"alg":"RS256","x5c":["`+metadata.ProductionMDSRoot+`"]}`) + "." + payload + ".AAAA", b64(`{"alg":"ES256","x5c":["AAAA",7]}`) + "." + payload + ".AAAA", strings.Repeat(".", 2), b64(`{"alg":"RS256","crit":["x"]}`) + "..",
	} {
		f.Add([]byte(seed))
	}
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, blob []byte) {
		if m, err := attestation.ReadMakers(blob, root, now); err == nil || m != nil {
			t.Errorf("%q is believed: %+v", blob, m)
		}
	})
}
