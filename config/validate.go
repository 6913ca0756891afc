package config

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
)

// Embedded is the Redis that runs in the process.
const Embedded = "embedded"

var (
	databases = []string{"postgres://", "postgresql://", "sqlite://", "sqlite::memory:"}
	kmses     = []string{"aws-kms://arn:", "hcvault://"}
	redises   = []string{"redis://", "rediss://", "redis+cluster://", "redis+sentinel://", Embedded}

	fingerprint = regexp.MustCompile(`^([0-9A-F]{2}:){31}[0-9A-F]{2}$`)
	packageName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+$`)
	appleApp    = regexp.MustCompile(`^[A-Z0-9]{10}\.[A-Za-z0-9.-]+$`)
)

// Validate names every key that is missing or wrong, one per line. It repeats no value of a key that may hold
// a password.
func (c *Config) Validate() error {
	f := &faults{}
	f.check("database", startsWithOne(c.Database, databases))
	f.check("redis", startsWithOne(c.Redis, redises))
	f.check("keys_file", present(c.KeysFile, "make the file with `jawort secrets init`"))
	if c.KeysKMS != "" {
		f.check("keys_kms", startsWithOne(c.KeysKMS, kmses))
	}
	f.check("log.level", oneOf(c.Log.Level, "debug", "info", "warn", "error"))
	f.check("log.format", oneOf(c.Log.Format, "json", "text"))
	_, err := c.Sources()
	f.check("trusted_proxies", err)
	f.check("limits", c.Limits.validate())
	f.check("admin.listen", c.AdminListen().Check())
	f.face("server", c.Server, c.ServerListen())
	f.face("mobile_api", c.MobileAPI.Face, c.MobileAPIListen())
	c.MobileAPI.validate(f)
	f.check("pushgw", c.PushGW.Validate())
	f.check("webhooks", c.Webhooks.Validate())
	c.validateSenders(f)
	return f.join()
}

func (l Limits) validate() error {
	switch {
	case l.Connections < 0, l.Requests < 0:
		return errors.New("connections and requests must not be negative; 0 is no limit")
	case l.Requests > 0 && l.Burst < l.Requests:
		return errors.New("burst must be at least what requests allows in a second")
	}
	return nil
}

func (m MobileAPI) validate(f *faults) {
	f.check("mobile_api.rp_id", m.checkRPID())
	for _, o := range m.Origins {
		f.check("mobile_api.origins", checkOrigin(o))
	}
	f.check("mobile_api.requirements.min_os.ios", checkVersion("ios", m.Requirements.MinOS.IOS))
	f.check("mobile_api.requirements.min_os.android", checkVersion("android", m.Requirements.MinOS.Android))
	f.check("mobile_api.requirements.attestation", oneOf(m.Requirements.Attestation, attestation.Demands...))
	if m.Requirements.MetadataFile != "" && m.Requirements.Attestation == string(attestation.None) {
		f.check("mobile_api.requirements.metadata_file", errors.New("has no use while attestation is none"))
	}
	for _, app := range m.AndroidApps {
		if !packageName.MatchString(app.Package) {
			f.check("mobile_api.android_apps", fmt.Errorf("package %q must look like com.example.app", app.Package))
		}
		if len(app.Fingerprints) == 0 || slices.ContainsFunc(app.Fingerprints, func(s string) bool { return !fingerprint.MatchString(s) }) {
			f.check("mobile_api.android_apps", fmt.Errorf("fingerprints of %q must be SHA-256 fingerprints, as AA:BB:… in capitals", app.Package))
		}
	}
	for _, app := range m.IOSApps {
		if !appleApp.MatchString(app) {
			f.check("mobile_api.ios_apps", fmt.Errorf("%q must be team id, dot, bundle id, such as ABCDE12345.com.example.app", app))
		}
	}
}

// checkRPID insists on the exact host: a credential made for a parent domain could be asked for by every
// host below it, for life.
func (m MobileAPI) checkRPID() error {
	public, err := parsePublicURL(m.PublicURL)
	if err != nil {
		return nil // said already
	}
	if m.RPID != public.Hostname() {
		return fmt.Errorf("must be the host of mobile_api.public_url, %q", public.Hostname())
	}
	if net.ParseIP(m.RPID) != nil {
		return errors.New("must be a host name; phones make no credentials for IP addresses (on one machine: localhost)")
	}
	return nil
}

// checkVersion lets an empty version be: any is new enough then.
func checkVersion(platform, version string) error {
	least := account.Requirements{MinOS: map[string]string{platform: version}}
	if version == "" || least.Validate() == nil {
		return nil
	}
	return fmt.Errorf(`%q is no version; write %q`, version, Default().MobileAPI.PhoneRequirements().MinOS[platform])
}

func checkOrigin(o string) error {
	for _, native := range []string{"android:apk-key-hash:", "ios:bundle-id:"} {
		if rest, ok := strings.CutPrefix(o, native); ok {
			return present(rest, "something must follow "+native)
		}
	}
	if account.ValidateOrigin(o) != nil {
		return fmt.Errorf("%q must look like https://host, android:apk-key-hash:… or ios:bundle-id:…", o)
	}
	return nil
}

func startsWithOne(s string, starts []string) error {
	if slices.ContainsFunc(starts, func(start string) bool { return strings.HasPrefix(s, start) }) {
		return nil
	}
	return errors.New("must begin with one of " + strings.Join(starts, ", "))
}

func present(s, hint string) error {
	if s == "" {
		return errors.New("is missing: " + hint)
	}
	return nil
}

func oneOf(s string, allowed ...string) error {
	if slices.Contains(allowed, s) {
		return nil
	}
	return fmt.Errorf("%q must be one of %s", s, strings.Join(allowed, ", "))
}

// faults collects what is wrong, by key.
type faults struct{ found []error }

func (f *faults) check(key string, err error) {
	if err == nil {
		return
	}
	var shown *refusal.Error
	if errors.As(err, &shown) {
		err = errors.New(shown.Detail)
	}
	f.found = append(f.found, fmt.Errorf("config: %s: %w", key, err))
}

func (f *faults) face(key string, face Face, listen edge.Listen) {
	f.check(key+".listen", listen.Check())
	_, err := parsePublicURL(face.PublicURL)
	f.check(key+".public_url", err)
}

func (f *faults) join() error { return errors.Join(f.found...) }
