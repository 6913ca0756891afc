package webhook

import (
	"fmt"
	"net/netip"
)

// Config says where webhooks may go beside the public internet.
type Config struct {
	AllowPrivate []string `yaml:"allow_private"` // networks in CIDR form that endpoints may lie in although they are private, also without TLS
	RootCAFile   string   `yaml:"root_ca_file"`  // empty: the system's authorities
}

// Validate names the key that is wrong.
func (c Config) Validate() error {
	_, err := c.Prefixes()
	return err
}

// Prefixes are the networks of AllowPrivate.
func (c Config) Prefixes() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for i, s := range c.AllowPrivate {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("allow_private[%d]: must be a network such as 10.1.0.0/16", i)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
