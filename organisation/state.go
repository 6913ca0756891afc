package organisation

import (
	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
)

// Wanted names what a plan must know about: tenants by one of the names (or by the id), and accounts by their login
// numbers. Whoever manages one of these, or a manager of theirs, is wanted too.
type Wanted struct {
	Tenants  []string
	Accounts []string
	Within   bool // the tenant is known by its id, and is neither made nor called otherwise: what is planned of other tenants does not matter
}

// State is what there is. Nothing that was revoked or deleted is in it.
type State struct {
	Tenants      []account.Tenant // those with one of the wanted names; where it is one only, the rest is there
	Applications []account.Application
	Groups       []account.Group
	SMS          *ledger.Settings // nil: none were set
	Accounts     []account.Account
}

// Wants says what must be known to plan the document.
func (d *Document) Wants() Wanted {
	return Wanted{Tenants: names(d.Tenant.Name, d.Tenant.Formerly), Accounts: loginNumbers(d.Accounts)}
}

// names returns the texts by which something may be called.
func names(texts ...string) (some []string) {
	for _, text := range texts {
		if account.ValidateName("name", text) == nil {
			some = append(some, text)
		}
	}
	return some
}

// loginNumbers returns those of accounts and of whom they name as their managers, each once. What cannot be one is known
// to nobody.
func loginNumbers(accounts []Account) []string {
	var all []string
	seen := map[string]bool{}
	for _, a := range accounts {
		for _, number := range []string{a.ExternalID, a.Manager} {
			if !seen[number] && account.ValidateExternalID(number) == nil {
				seen[number] = true
				all = append(all, number)
			}
		}
	}
	return all
}
