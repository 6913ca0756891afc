package edge

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
)

// Listen says where to listen, and how the way to the client is protected.
type Listen struct {
	Addr            string
	TLSCert, TLSKey string   // PEM files; both or none
	BehindProxy     bool     // a proxy in front ends TLS; plain HTTP beyond loopback is meant
	Sources         *Sources // nil: no source is limited in its connections
}

// ErrPlain is why an address beyond loopback without TLS is refused.
var ErrPlain = errors.New("listens beyond loopback without TLS: give tls_cert and tls_key, or set behind_proxy: true where a proxy ends TLS")

// Check says what is wrong without listening.
func (l Listen) Check() error {
	_, err := l.resolve()
	return err
}

func (l Listen) resolve() (*net.TCPAddr, error) {
	addr, err := net.ResolveTCPAddr("tcp", l.Addr)
	if err != nil {
		return nil, fmt.Errorf("edge: address %q: %w", l.Addr, err)
	}
	if (l.TLSCert == "") != (l.TLSKey == "") {
		return nil, fmt.Errorf("edge: %s: tls_cert and tls_key belong together", l.Addr)
	}
	if l.TLSCert == "" && !l.BehindProxy && !addr.IP.IsLoopback() {
		return nil, fmt.Errorf("edge: %s %w", l.Addr, ErrPlain)
	}
	return addr, nil
}

// Open listens, with TLS where there is a certificate.
func (l Listen) Open() (net.Listener, error) {
	addr, err := l.resolve()
	if err != nil {
		return nil, err
	}
	var cert *certificate
	if l.TLSCert != "" {
		if cert, err = loadCertificate(l.TLSCert, l.TLSKey); err != nil {
			return nil, err
		}
	}
	tcp, err := net.ListenTCP("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("edge: listen: %w", err)
	}
	plain := l.Sources.Listen(tcp)
	if cert == nil {
		return plain, nil
	}
	return tls.NewListener(plain, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: cert.get,
	}), nil
}
