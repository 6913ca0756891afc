package confirming

import (
	"context"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/guard"
)

// Party returns the relying party of an application's passkeys; factor.ErrNoRPID where it has none.
func Party(a account.Application) (*approval.RelyingParty, error) {
	if a.RPID == "" {
		return nil, factor.ErrNoRPID
	}
	return approval.NewRelyingParty(a.RPID, a.Name, a.PasskeyOrigins())
}

// PortalParty is Party for Jawort's own pages at the origin, where they may use the application's passkeys: nothing that is signed elsewhere counts there.
func PortalParty(a account.Application, origin string) (*approval.RelyingParty, error) {
	if !a.PasskeysAt(origin) {
		return nil, factor.ErrNoRPID
	}
	return approval.NewRelyingParty(a.RPID, a.Name, []string{origin})
}

// Party returns for whom passkeys sign the question: one of the portal on its pages only, any other on the application's only.
func (q Questions) Party(ctx context.Context, about approval.Context) (*approval.RelyingParty, error) {
	application := guard.CallerOf(ctx).Application
	if about.Step != "" {
		return PortalParty(application, q.Guards.Origin)
	}
	return Party(application)
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
