// Package config is the one configuration file of the three processes: its keys, their defaults, where they
// may be overridden, and what is wrong or unwise in them. Whatever is wrong stops the start, with the key's name.
//
// It does not open what it names: stores, keys and certificates are their packages' business.
package config

import (
	"fmt"
	"net/netip"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/pushgw"
	"github.com/jawort/jawort/webhook"
)

// Config is the whole file.
type Config struct {
	Database       string         `yaml:"database"`  // postgres://…, sqlite:///path/file.db
	Redis          string         `yaml:"redis"`     // redis://…, rediss://…, redis+cluster://…, redis+sentinel://…, embedded
	KeysFile       string         `yaml:"keys_file"` // made by `jawort secrets init`
	KeysKMS        string         `yaml:"keys_kms"`  // what encrypts that file: aws-kms://arn:…, hcvault://host/transit/keys/name; empty: nothing
	BehindProxy    bool           `yaml:"behind_proxy"`
	TrustedProxies []string       `yaml:"trusted_proxies"` // networks whose X-Forwarded-For is believed
	Limits         Limits         `yaml:"limits"`
	Countries      string         `yaml:"countries_file"` // networks by country (mmdb); empty: the country of a browser is not known
	Log            Log            `yaml:"log"`
	Admin          Admin          `yaml:"admin"`
	Server         Face           `yaml:"server"`
	MobileAPI      MobileAPI      `yaml:"mobile_api"`
	PushGW         pushgw.Config  `yaml:"pushgw"`
	Webhooks       webhook.Config `yaml:"webhooks"`
	SMS            SMS            `yaml:"sms"`
	Mail           Mail           `yaml:"mail"`
}

// Limits are what one source address may do at each face.
type Limits struct {
	Connections int `yaml:"connections"` // at the same time; 0: any number
	Requests    int `yaml:"requests"`    // a second; 0: any number
	Burst       int `yaml:"burst"`
}

// Log says what is logged, and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // json, text
}

// Admin is the port for health, metrics and profiles.
type Admin struct {
	Listen string `yaml:"listen"`
}

// Face is where an API listens and how the world reaches it.
type Face struct {
	Listen    string `yaml:"listen"`
	PublicURL string `yaml:"public_url"`
	TLSCert   string `yaml:"tls_cert"`
	TLSKey    string `yaml:"tls_key"`
}

// MobileAPI is the phones' face.
type MobileAPI struct {
	Face         `yaml:",inline"`
	RPID         string       `yaml:"rp_id"`   // default: the host of public_url, and nothing else
	Origins      []string     `yaml:"origins"` // default: the origin of public_url
	Requirements Requirements `yaml:"requirements"`
	AndroidApps  []AndroidApp `yaml:"android_apps"`
	IOSApps      []string     `yaml:"ios_apps"` // team id, dot, bundle id
}

// Requirements are what a phone must fulfil to be enrolled.
type Requirements struct {
	ScreenLock    bool  `yaml:"screen_lock"`
	Notifications bool  `yaml:"notifications"`
	MinOS         MinOS `yaml:"min_os"`

	Attestation  string `yaml:"attestation"`   // none, any or hardware
	MetadataFile string `yaml:"metadata_file"` // of the FIDO Metadata Service; empty: none
}

// MinOS are the oldest versions that may be enrolled; empty: any.
type MinOS struct {
	IOS     string `yaml:"ios"`
	Android string `yaml:"android"`
}

// AndroidApp is a native companion app.
type AndroidApp struct {
	Package      string   `yaml:"package"`
	Fingerprints []string `yaml:"fingerprints"` // SHA-256 of the signing certificates, AA:BB:…
}

// Default is the configuration before file and environment.
func Default() *Config {
	return &Config{
		Log:    Log{Level: "info", Format: "json"},
		Limits: Limits{Connections: 2000, Requests: 100, Burst: 3000},
		Admin:  Admin{Listen: "127.0.0.1:9090"},
		Server: Face{Listen: "127.0.0.1:8080"},
		Mail:   Mail{TLS: "starttls"},
		MobileAPI: MobileAPI{
			Face: Face{Listen: "127.0.0.1:8081"},
			Requirements: Requirements{
				ScreenLock: true, Notifications: true, MinOS: MinOS{IOS: "15.4", Android: "7.0"}, Attestation: string(attestation.None),
			},
		},
	}
}

// ServerListen says where the login services' face listens.
func (c *Config) ServerListen() edge.Listen { return c.listen(c.Server) }

// MobileAPIListen says where the phones' face listens.
func (c *Config) MobileAPIListen() edge.Listen { return c.listen(c.MobileAPI.Face) }

// AdminListen says where the admin port listens.
func (c *Config) AdminListen() edge.Listen { return c.listen(Face{Listen: c.Admin.Listen}) }

func (c *Config) listen(f Face) edge.Listen {
	return edge.Listen{Addr: f.Listen, TLSCert: f.TLSCert, TLSKey: f.TLSKey, BehindProxy: c.BehindProxy}
}

// Sources limits source addresses as configured.
func (c *Config) Sources() (*edge.Sources, error) {
	proxies := edge.Proxies{Unnamed: c.BehindProxy && len(c.TrustedProxies) == 0}
	for i, s := range c.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("[%d]: must be a network such as 10.1.0.0/16", i)
		}
		proxies.Trusted = append(proxies.Trusted, p.Masked())
	}
	return edge.NewSources(proxies, edge.Limits{Connections: c.Limits.Connections, Requests: c.Limits.Requests, Burst: c.Limits.Burst}), nil
}

// PhoneRequirements are the requirements in the words of the domain.
func (m MobileAPI) PhoneRequirements() account.Requirements {
	least := map[string]string{}
	for platform, version := range map[string]string{"ios": m.Requirements.MinOS.IOS, "android": m.Requirements.MinOS.Android} {
		if version != "" {
			least[platform] = version
		}
	}
	return account.Requirements{
		ScreenLock: m.Requirements.ScreenLock, Notifications: m.Requirements.Notifications, MinOS: least,
	}
}
