package demo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jawort/jawort/edge/browsertest"
)

// Each public demo has a host of its own, at an address of this machine that nobody else uses: the ports are free, and free
// again after a restart.
var (
	mine  = [2]byte{byte(1 + mathrand.IntN(250)), byte(mathrand.IntN(256))}
	given atomic.Uint32
)

const most = 200 // hosts in one run of these tests

func hostOf(n uint32) (name, address string) {
	return fmt.Sprintf("n%d.demo.example", n), fmt.Sprintf("127.%d.%d.%d", mine[0], mine[1], n)
}

// issuer is the authority that the browser of these tests trusts.
var issuer = newAuthority()

func TestMain(m *testing.M) {
	hosts := map[string]string{}
	for n := range uint32(most) {
		name, address := hostOf(n + 1)
		hosts[name] = address
	}
	browsertest.Main(m, browsertest.Resolve(hosts), browsertest.Trust(issuer.cert))
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority() authority {
	key := newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of the tests"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	return authority{cert: sign(template, template, key, key), key: key}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // there is no test yet to fail
	}
	return key
}

func sign(template, parent *x509.Certificate, key, with *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, with)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

// valid is when a certificate is good, around now.
type valid struct{ from, until time.Duration }

var today = valid{from: -time.Hour, until: time.Hour}

// issue writes a certificate for a host, with its chain, and its key; over files that are there already it is a renewal.
func (a authority) issue(t *testing.T, into Public, host string, v valid) *x509.Certificate {
	t.Helper()
	key := newKey()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, DNSNames: []string{host}, NotBefore: time.Now().Add(v.from), NotAfter: time.Now().Add(v.until),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.DNSNames, template.IPAddresses = nil, []net.IP{ip}
	}
	cert := sign(template, a.cert, key, a.key)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	chain := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})...)
	write(t, into.CertFile, chain)
	write(t, into.KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	return cert
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// files names a certificate and a key of the test's own.
func files(t *testing.T, url string) Public {
	t.Helper()
	dir := t.TempDir()
	return Public{URL: url, CertFile: filepath.Join(dir, "fullchain.pem"), KeyFile: filepath.Join(dir, "privkey.pem")}
}

// publicly are the options of a demo that is public under a host of its own.
func publicly(t *testing.T) (o Options, host string) {
	t.Helper()
	host, address := hostOf(given.Add(1))
	p := files(t, "https://"+host+":24443")
	issuer.issue(t, p, host, today)
	return Options{Public: p, Data: filepath.Join(t.TempDir(), "data"), Addresses: Addresses{
		Site: address + ":24443", Server: address + ":20000", MobileAPI: address + ":28443", Admin: "127.0.0.1:0",
	}}, host
}
