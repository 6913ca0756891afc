package edge

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificate reads its files again when they change, so that a renewal needs no restart. While the new
// files do not fit together the old certificate serves on.
type certificate struct {
	certFile, keyFile string

	mu      sync.Mutex
	current *tls.Certificate
	stamp   time.Time
}

func loadCertificate(certFile, keyFile string) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile}
	if err := c.load(c.modified()); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if stamp := c.modified(); !stamp.Equal(c.stamp) {
		_ = c.load(stamp) // half written: the next handshake tries again
	}
	return c.current, nil
}

func (c *certificate) load(stamp time.Time) error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("edge: certificate: %w", err)
	}
	c.current, c.stamp = &pair, stamp
	return nil
}

// modified is the later of the two files' times; zero where one is not there.
func (c *certificate) modified() time.Time {
	var latest time.Time
	for _, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return time.Time{}
		}
		if info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	return latest
}
