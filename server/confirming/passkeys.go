package confirming

import (
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
)

// Party returns the relying party of an application's passkeys; factor.ErrNoRPID where it has none.
func Party(a account.Application) (*approval.RelyingParty, error) {
	if a.RPID == "" {
		return nil, factor.ErrNoRPID
	}
	return approval.NewRelyingParty(a.RPID, a.Name, a.PasskeyOrigins())
}

// BrowserLabel names a browser by what is known of it; empty: nothing is.
func BrowserLabel(name, system string) string {
	var known []string
	for _, s := range []string{name, system} {
		if s != "" && s != "unknown" {
			known = append(known, s)
		}
	}
	return strings.Join(known, ", ")
}
