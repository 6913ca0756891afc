package config

import (
	"net"
	"net/url"
	"strings"

	"github.com/jawort/jawort/attestation"
	"github.com/jawort/jawort/pushgw"
)

// Warnings name settings that work but protect less than they could, or that fit one machine only.
func (c *Config) Warnings() []string {
	var w []string
	w = append(w, plainURLs(c)...)
	w = append(w, stores(c)...)
	if host, _, err := net.SplitHostPort(c.Admin.Listen); err == nil && !local(host) {
		w = append(w, "admin.listen: whoever reaches this address reads metrics and profiles; let only the monitoring reach it")
	}
	if c.BehindProxy && len(c.TrustedProxies) == 0 {
		w = append(w, "trusted_proxies: every request seems to come from the proxy, so no source address is limited; name the proxy's network")
	}
	if !c.MobileAPI.Requirements.ScreenLock {
		w = append(w, "mobile_api.requirements.screen_lock: phones without screen lock may be enrolled")
	}
	if c.MobileAPI.Requirements.Attestation == string(attestation.Any) && c.MobileAPI.Requirements.MetadataFile == "" {
		w = append(w, "mobile_api.requirements.attestation: without metadata_file every chain of certificates counts as a maker's")
	}
	if len(c.Webhooks.AllowPrivate) > 0 {
		w = append(w, "webhooks.allow_private: every tenant can make this process send requests into these networks")
	}
	return append(append(w, push(c.PushGW)...), senders(c)...)
}

func push(p pushgw.Config) []string {
	var w []string
	if len(p.WebPush.AllowPrivate) > 0 {
		w = append(w, "pushgw.webpush.allow_private: a phone can make this process send requests into these networks")
	}
	for _, app := range p.FCM {
		if app.Endpoint != "" {
			w = append(w, "pushgw.fcm: "+app.App+" is sent to "+app.Endpoint+" instead of Google")
		}
	}
	for _, app := range p.APNs {
		if app.Host != "" {
			w = append(w, "pushgw.apns: "+app.App+" is sent to "+app.Host+" instead of Apple")
		}
	}
	for _, app := range p.Huawei {
		if app.Endpoint != "" {
			w = append(w, "pushgw.huawei: "+app.App+" is sent to "+app.Endpoint+" instead of Huawei")
		}
	}
	return w
}

const overHTTP = "http beyond this machine can be read and changed on its way; use https"

func plainURLs(c *Config) []string {
	var w []string
	if plain(c.Server.PublicURL) {
		w = append(w, "server.public_url: "+overHTTP)
	}
	if plain(c.MobileAPI.PublicURL) {
		w = append(w, "mobile_api.public_url: "+overHTTP)
	}
	for _, o := range c.MobileAPI.Origins {
		if plain(o) {
			w = append(w, "mobile_api.origins: "+o+" can be impersonated by whoever sits on the way; use https")
		}
	}
	return w
}

func stores(c *Config) []string {
	var w []string
	if strings.HasPrefix(c.Database, "sqlite:") && c.serves() {
		w = append(w, "database: sqlite serves one process on one machine; use postgres:// where a login must not wait for that machine")
	}
	if c.Redis == Embedded && c.serves() {
		w = append(w, "redis: embedded serves one process, and a restart forgets pending approvals; use redis:// in production")
	}
	if scheme, host := firstHost(c.Redis); strings.HasPrefix(scheme, "redis") && scheme != "rediss" && !local(host) {
		w = append(w, "redis: the way to Redis is not encrypted; use rediss:// unless the network is yours alone")
	}
	if u, err := url.Parse(c.Database); err == nil && strings.HasPrefix(u.Scheme, "postgres") && !local(u.Hostname()) && !encrypted(u) {
		w = append(w, "database: the way to Postgres may be unencrypted; add sslmode=verify-full unless the network is yours alone")
	}
	return w
}

// serves reports whether others than this machine are to be answered.
func (c *Config) serves() bool {
	u, err := url.Parse(c.Server.PublicURL)
	return err == nil && !local(u.Hostname())
}

func plain(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "http" && !local(u.Hostname())
}

func encrypted(u *url.URL) bool {
	switch u.Query().Get("sslmode") {
	case "require", "verify-ca", "verify-full":
		return true
	}
	return u.Hostname() == "" // a unix socket
}

// firstHost reads what net/url does not: several hosts in one URL, redis+cluster://h1:7000,h2:7000.
func firstHost(s string) (scheme, host string) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return "", ""
	}
	rest, _, _ = strings.Cut(rest, "/")
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	rest, _, _ = strings.Cut(rest, ",")
	u := url.URL{Host: rest}
	return scheme, u.Hostname()
}
