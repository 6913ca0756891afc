package config

import (
	"reflect"
	"strings"
	"testing"
)

func FuzzReadYAML(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "null", "database: sqlite:///x.db\nredis: embedded\nkeys_file: k\nserver: {public_url: http://localhost:8080}\nmobile_api: {public_url: http://localhost:8081}\n", "database: [a]", "databse: x", "a: &a [*a]",
		"server: &s {listen: x}\nmobile_api: *s", "a: b\n---\nc: d", "database: x\ndatabase: y", "trusted_proxies: [10.0.0.0/8]", "trusted_proxies: 7", "limits: {requests: -1}", "limits: {requests: 99999999999999999999}", "? [a]\n: b", "!!binary x",
		"mail: {port: 0x19}", "\xff", "server:\n\tlisten: x", "database: !!null x", strings.Repeat("[", 1000), "server: {<<: {listen: x}}", "pushgw: {fcm: [{project: p}, {project: p}]}", "log: {level: loud}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := Default()
		if err := c.readYAML(text); err != nil {
			return
		}
		again := Default()
		if err := again.readYAML(text); err != nil || !reflect.DeepEqual(c, again) {
			t.Errorf("%q is read in two ways (%v)", text, err)
		}
		c.complete()
		if err := c.Validate(); err == nil {
			if _, err := c.Sources(); err != nil {
				t.Errorf("%q is valid, but its proxies cannot be read: %v", text, err)
			}
		}
	})
}

func FuzzReadEnvironment(f *testing.F) {
	for _, seed := range []string{
		"JAWORT_DATABASE=sqlite:///x.db", "JAWORT_TRUSTED_PROXIES=10.0.0.0/8, ,", "JAWORT_LIMITS_REQUESTS=7", "JAWORT_LIMITS_REQUESTS=[7]", "JAWORT_LIMITS_REQUESTS=", "JAWORT_LIMITS_REQUESTS=*a", "JAWORT_SERVER_PORT=tcp://1.2.3.4:80", "JAWORT_SERVER_PORT=8080",
		"JAWORT_NOTHING=x", "JAWORT_", "HOME=/root", "=", "", "JAWORT_BEHIND_PROXY=yes", "JAWORT_BEHIND_PROXY=\xff", "JAWORT_DATABASE", "JAWORT_PUSHGW_FCM=[{project: p}]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, entry string) {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasSuffix(name, fileSuffix) {
			return // which reads files
		}
		c := Default()
		err := c.readEnvironment([]string{entry})
		if err != nil && len(value) > 12 && strings.Contains(err.Error(), value) {
			t.Errorf("the error repeats %q", entry)
		}
		if err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not name %q: %v", name, err)
		}
		if !strings.HasPrefix(name, prefix) && !reflect.DeepEqual(c, Default()) {
			t.Errorf("%q changes something", entry)
		}
	})
}

func FuzzParsePublicURL(f *testing.F) {
	for _, seed := range []string{"https://jawort.example", "https://jawort.example/api", "http://localhost:8080", "https://JAWORT.example", "https://a@b", "https://a/", "https://a?b", "https://a#b", "", "//a", "https://", "https://:443", "https://[::1]", "javascript:x", "https://a:443", "https://a\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := parsePublicURL(text)
		if err != nil {
			return
		}
		again, err := parsePublicURL(origin(u))
		if err != nil || again.Hostname() != u.Hostname() || origin(again) != origin(u) {
			t.Errorf("the origin of %q is %q, which is no address: %v", text, origin(u), err)
		}
	})
}
