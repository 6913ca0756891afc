package account

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/jawort/jawort/refusal"
)

// localhost is the one name that browsers trust without TLS.
const localhost = "localhost"

const maxDomain = 253

var domain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// ValidateRPID refuses a domain to which no browser would bind passkeys, or that none of the origins lies under. Empty: the application
// offers no passkeys.
func ValidateRPID(rpID string, origins []string) error {
	if rpID == "" {
		return nil
	}
	_, notIP := netip.ParseAddr(rpID)
	if len(rpID) > maxDomain || !domain.MatchString(rpID) || notIP == nil {
		return refusal.Field("rp_id", "must be a domain in lower case like login.example or example.com, without scheme and port, and no address")
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(rpID); err != nil && rpID != localhost {
		return refusal.Field("rp_id", "is a domain under which others register theirs; browsers make no passkeys for it")
	}
	if len(under(rpID, origins)) == 0 {
		return refusal.Field("rp_id", "must be the host of one of the origins, or a domain above it: https://login.example.com may use login.example.com or example.com")
	}
	return nil
}

// PasskeyOrigins are those of the application's pages that may use its passkeys.
func (a Application) PasskeyOrigins() []string { return under(a.RPID, a.Origins) }

// PasskeysAt reports whether Jawort's own pages at the origin may use the application's passkeys: where it lies under the RP ID, or where the application
// has it among its origins. In the second case browsers also ask the RP ID's host (WebAuthn Level 3, 5.11: /.well-known/webauthn).
func (a Application) PasskeysAt(origin string) bool {
	if len(under(a.RPID, []string{origin})) > 0 {
		return true
	}
	return a.RPID != "" && strings.HasPrefix(origin, "https://") && slices.Contains(a.Origins, origin)
}

// under returns the origins to which browsers let a relying party's passkeys.
func under(rpID string, origins []string) []string {
	var all []string
	for _, origin := range origins {
		u, err := url.Parse(origin)
		if err != nil || (u.Scheme != "https" && !isLocal(u.Hostname())) {
			continue
		}
		if host := u.Hostname(); rpID != "" && (host == rpID || strings.HasSuffix(host, "."+rpID)) {
			all = append(all, origin)
		}
	}
	return all
}

func isLocal(host string) bool { return host == localhost || strings.HasSuffix(host, "."+localhost) }
