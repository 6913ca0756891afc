package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"

	"github.com/mileusna/useragent"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// What a phone may be shown of a browser; anything else is "unknown". The lists are closed because whoever starts a
// login chooses the user agent, and must not write what the phone shows.
var (
	systems = map[string]string{
		useragent.Windows: "Windows", useragent.WindowsPhone: "Windows Phone", useragent.MacOS: "macOS", useragent.IOS: "iOS",
		useragent.Android: "Android", useragent.Linux: "Linux", useragent.FreeBSD: "FreeBSD", useragent.ChromeOS: "ChromeOS",
		useragent.CrOS: "ChromeOS", useragent.Harmony: "HarmonyOS",
	}
	browsers = map[string]string{
		useragent.Chrome: "Chrome", useragent.HeadlessChrome: "Chrome", useragent.Firefox: "Firefox", useragent.Safari: "Safari",
		useragent.MobileSafari: "Safari", useragent.Edge: "Edge", useragent.Opera: "Opera", useragent.OperaMini: "Opera",
		useragent.OperaTouch: "Opera", useragent.Vivaldi: "Vivaldi", useragent.SamsungBrowser: "Samsung Internet",
		useragent.InternetExplorer: "Internet Explorer",
	}
)

// Unknown is a browser or system that is in none of the lists.
const Unknown = "unknown"

const (
	maxUserAgent  = 2048
	maxSession    = 256
	maxTrustToken = 256
)

// Browser is what the login service says about the browser.
type Browser struct {
	IP         string `json:"ip"`
	UserAgent  string `json:"user_agent"`
	Session    string `json:"session"`
	TrustToken string `json:"trust_token"`
}

// Validate refuses what no browser could have.
func (b Browser) Validate() error {
	addr, err := netip.ParseAddr(b.IP)
	if err != nil || addr.Zone() != "" {
		return refusal.Field("browser.ip", "must be the browser's IPv4 or IPv6 address")
	}
	if len(b.UserAgent) > maxUserAgent {
		return refusal.Field("browser.user_agent", "at most 2048 bytes")
	}
	if len(b.Session) > maxSession {
		return refusal.Field("browser.session", "at most 256 bytes")
	}
	if len(b.TrustToken) > maxTrustToken {
		return refusal.Field("browser.trust_token", "must be a trust token as an approval gave it")
	}
	return nil
}

// Shown returns what the phone shows of a valid browser.
func (b Browser) Shown(countries Countries) approval.Browser {
	addr, _ := netip.ParseAddr(b.IP)
	shown := approval.Browser{IP: addr.Unmap().String()}
	shown.Name, shown.OS = Recognise(b.UserAgent)
	if countries != nil {
		shown.Country = countries.Of(addr.Unmap())
	}
	return shown
}

// Recognise returns by a browser's user agent what may be shown of it.
func Recognise(userAgent string) (name, system string) {
	ua := useragent.Parse(userAgent)
	return listed(browsers, ua.Name), listed(systems, ua.OS)
}

// SessionHash names the browser of a login, hashed to keep what identifies it elsewhere out of our stores; empty: none given.
func (b Browser) SessionHash() string {
	if b.Session == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(b.Session))
	return hex.EncodeToString(sum[:])
}

func listed(names map[string]string, name string) string {
	if shown, ok := names[name]; ok {
		return shown
	}
	return Unknown
}
