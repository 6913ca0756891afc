package pushgw

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// Config says which push services are used, and as whom. All of it is optional: an installation that names an app
// which is not configured is not woken, and an operator is told.
type Config struct {
	Concurrency int            `yaml:"concurrency"` // attempts at one service at the same time
	FCM         []FCMConfig    `yaml:"fcm"`
	APNs        []APNsConfig   `yaml:"apns"`
	Huawei      []HuaweiConfig `yaml:"huawei"`
	WebPush     WebPushConfig  `yaml:"webpush"`
}

// FCMConfig names one Firebase project.
type FCMConfig struct {
	App             string `yaml:"app"` // the project's id
	CredentialsFile string `yaml:"credentials_file"`
	Endpoint        string `yaml:"endpoint"` // empty: Google's
}

// APNsConfig names one app of an Apple team. Both of Apple's environments are served.
type APNsConfig struct {
	App        string `yaml:"app"` // the bundle id
	KeyFile    string `yaml:"key_file"`
	KeyID      string `yaml:"key_id"`
	TeamID     string `yaml:"team_id"`
	Host       string `yaml:"host"`         // empty: Apple's
	RootCAFile string `yaml:"root_ca_file"` // empty: the system's authorities
}

// HuaweiConfig names one project of AppGallery Connect.
type HuaweiConfig struct {
	App              string `yaml:"app"`       // the project's id
	ClientID         string `yaml:"client_id"` // OAuth 2.0, of the project
	ClientSecretFile string `yaml:"client_secret_file"`
	Category         string `yaml:"category"` // the class of messages that Huawei has granted; empty: none
	Endpoint         string `yaml:"endpoint"` // empty: Huawei's
}

// WebPushConfig opens Web Push where a subscriber is named.
type WebPushConfig struct {
	Subscriber   string   `yaml:"subscriber"`    // whom push services may write to: a mail address or an https: URL
	AllowPrivate []string `yaml:"allow_private"` // networks in CIDR form that endpoints may lie in although they are private
}

// Validate names the first key that is missing or wrong.
func (c Config) Validate() error {
	if c.Concurrency < 0 {
		return errors.New("concurrency: must not be negative")
	}
	seen := map[string]bool{}
	for i, f := range c.FCM {
		if err := f.validate(seen); err != nil {
			return fmt.Errorf("fcm[%d].%w", i, err)
		}
	}
	for i, a := range c.APNs {
		if err := a.validate(seen); err != nil {
			return fmt.Errorf("apns[%d].%w", i, err)
		}
	}
	for i, h := range c.Huawei {
		if err := h.validate(seen); err != nil {
			return fmt.Errorf("huawei[%d].%w", i, err)
		}
	}
	if err := c.WebPush.validate(); err != nil {
		return fmt.Errorf("webpush.%w", err)
	}
	return nil
}

func (f FCMConfig) validate(seen map[string]bool) error {
	if err := required("app", f.App, "credentials_file", f.CredentialsFile); err != nil {
		return err
	}
	if f.Endpoint != "" && !isURL(f.Endpoint) {
		return errors.New("endpoint: must be an http(s) URL")
	}
	return unique(seen, "fcm "+f.App)
}

func (a APNsConfig) validate(seen map[string]bool) error {
	if err := required("app", a.App, "key_file", a.KeyFile, "key_id", a.KeyID, "team_id", a.TeamID); err != nil {
		return err
	}
	if a.Host != "" && !strings.HasPrefix(a.Host, "https://") {
		return errors.New("host: must be an https URL")
	}
	return unique(seen, "apns "+a.App)
}

var huaweiCategory = regexp.MustCompile(`^[A-Z_]{0,32}$`)

func (h HuaweiConfig) validate(seen map[string]bool) error {
	if err := required("app", h.App, "client_id", h.ClientID, "client_secret_file", h.ClientSecretFile); err != nil {
		return err
	}
	if !huaweiCategory.MatchString(h.Category) {
		return errors.New("category: must be one of Huawei's, such as ACCOUNT")
	}
	if h.Endpoint != "" && !isURL(h.Endpoint) {
		return errors.New("endpoint: must be an http(s) URL")
	}
	return unique(seen, "huawei "+h.App)
}

func (w WebPushConfig) validate() error {
	if w.Subscriber == "" && len(w.AllowPrivate) > 0 {
		return errors.New("subscriber: is required, or allow_private has no use")
	}
	if w.Subscriber != "" && !strings.Contains(w.Subscriber, "@") && !strings.HasPrefix(w.Subscriber, "https://") {
		return errors.New("subscriber: must be a mail address or an https: URL")
	}
	_, err := w.prefixes()
	return err
}

func (w WebPushConfig) prefixes() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for i, s := range w.AllowPrivate {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("allow_private[%d]: must be a network such as 10.1.0.0/16", i)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// required takes pairs of a key and its value.
func required(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return fmt.Errorf("%s: is required", pairs[i])
		}
	}
	return nil
}

func unique(seen map[string]bool, name string) error {
	if seen[name] {
		return errors.New("app: is configured twice")
	}
	seen[name] = true
	return nil
}

func isURL(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
