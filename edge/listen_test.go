package edge_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jawort/jawort/edge"
)

// writeCertificate writes a self-signed certificate for 127.0.0.1 and returns its files and a pool that trusts it.
func writeCertificate(t *testing.T, dir string, serial int64) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	write(t, cert, certPEM)
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	pool = x509.NewCertPool()
	pool.AppendCertsFromPEM(certPEM)
	return cert, key, pool
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNothingListensBeyondLoopbackInPlain(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0"} {
		if _, err := (edge.Listen{Addr: addr}).Open(); !errors.Is(err, edge.ErrPlain) {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestLoopbackAndAProxyMayBePlain(t *testing.T) {
	t.Parallel()
	for _, listen := range []edge.Listen{{Addr: "127.0.0.1:0"}, {Addr: "localhost:0"}, {Addr: ":0", BehindProxy: true}} {
		if err := listen.Check(); err != nil {
			t.Errorf("%+v: %v", listen, err)
		}
		l, err := listen.Open()
		if err != nil {
			t.Errorf("%+v: %v", listen, err)
			continue
		}
		l.Close()
	}
}

func TestAnIncompleteOrBrokenCertificateIsRefused(t *testing.T) {
	t.Parallel()
	cert, key, _ := writeCertificate(t, t.TempDir(), 1)
	for name, listen := range map[string]edge.Listen{
		"no key":      {Addr: "127.0.0.1:0", TLSCert: cert},
		"no cert":     {Addr: "127.0.0.1:0", TLSKey: key},
		"not there":   {Addr: "127.0.0.1:0", TLSCert: cert + "x", TLSKey: key},
		"swapped":     {Addr: "127.0.0.1:0", TLSCert: key, TLSKey: cert},
		"bad address": {Addr: "127.0.0.1"},
	} {
		if _, err := listen.Open(); err == nil {
			t.Errorf("%s: it listens", name)
		}
	}
}

// serial shakes hands and returns the serial number of the certificate that was shown.
func serial(l net.Listener, config *tls.Config) (int64, error) {
	go func() {
		if conn, err := l.Accept(); err == nil {
			_ = conn.(*tls.Conn).Handshake()
			conn.Close()
		}
	}()
	conn, err := tls.Dial("tcp", l.Addr().String(), config)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

func TestARenewedCertificateNeedsNoRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key, pool := writeCertificate(t, dir, 1)
	l, err := edge.Listen{Addr: ":0", TLSCert: cert, TLSKey: key}.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: l.Addr().(*net.TCPAddr).Port}
	local := named{l, address}
	if got, err := serial(local, &tls.Config{RootCAs: pool}); err != nil || got != 1 {
		t.Fatalf("certificate %d, %v", got, err)
	}
	_, _, renewed := writeCertificate(t, dir, 2)
	later := time.Now().Add(time.Minute)
	if err := os.Chtimes(cert, later, later); err != nil {
		t.Fatal(err)
	}
	if got, err := serial(local, &tls.Config{RootCAs: renewed}); err != nil || got != 2 {
		t.Fatalf("certificate %d, %v", got, err)
	}
	write(t, cert, []byte("half written"))
	if got, err := serial(local, &tls.Config{RootCAs: renewed}); err != nil || got != 2 {
		t.Fatalf("while it is being written: certificate %d, %v", got, err)
	}
}

// named is a listener that is reached under another address.
type named struct {
	net.Listener
	addr net.Addr
}

func (n named) Addr() net.Addr { return n.addr }

func TestTLSBelow12IsRefused(t *testing.T) {
	t.Parallel()
	cert, key, pool := writeCertificate(t, t.TempDir(), 1)
	l, err := edge.Listen{Addr: "127.0.0.1:0", TLSCert: cert, TLSKey: key}.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := serial(l, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1 was taken")
	}
}
