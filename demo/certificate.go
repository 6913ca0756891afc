package demo

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"
	"time"
)

// certificate is the one by which phones know the host. Package edge serves it, and reads it again when it was renewed.
type certificate struct {
	host, certFile, keyFile string

	mu    sync.Mutex
	known *x509.CertPool // those that the file has held
}

// check says what phones would refuse. They say it worse.
func (c *certificate) check(now time.Time) error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("demo: --tls-cert and --tls-key: %w", err)
	}
	const day = "2 January 2006"
	switch leaf := pair.Leaf; {
	case leaf.VerifyHostname(c.host) != nil:
		return fmt.Errorf("demo: --tls-cert: this certificate is not for the host of --public-url: %w", leaf.VerifyHostname(c.host))
	case now.After(leaf.NotAfter):
		return fmt.Errorf("demo: --tls-cert: this certificate expired on %s: renew it", leaf.NotAfter.UTC().Format(day))
	case now.Before(leaf.NotBefore):
		return fmt.Errorf("demo: --tls-cert: this certificate begins on %s: is the clock of this machine right?", leaf.NotBefore.UTC().Format(day))
	}
	return nil
}

// doubt is why phones may refuse the certificate although this machine could be wrong: an authority that they must be told
// of first, or a file that lacks the authority's own certificate.
func (c *certificate) doubt() string {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return "" // it was checked already
	}
	between := x509.NewCertPool()
	for _, der := range pair.Certificate[1:] {
		if issuer, err := x509.ParseCertificate(der); err == nil {
			between.AddCert(issuer)
		}
	}
	_, err = pair.Leaf.Verify(x509.VerifyOptions{DNSName: c.host, Intermediates: between})
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		return ""
	}
	return fmt.Sprintf("\nThis machine does not trust the certificate: %v.\nPhones will refuse it too, unless they trust its authority. Is it the whole chain (often named fullchain.pem)?\n", err)
}

// served are the certificates that may be met at the host: what is in the file, and what was, since package edge serves the
// old one until the new files fit together.
func (c *certificate) served() *x509.CertPool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = x509.NewCertPool()
	}
	if pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile); err == nil {
		c.known.AddCert(pair.Leaf)
	}
	return c.known.Clone()
}
