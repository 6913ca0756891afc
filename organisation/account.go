package organisation

import (
	"errors"
	"fmt"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
)

// columns are the members of an account, by which the header of a CSV names them.
var columns = []string{"account", "label", "group", "manager", "phone", "email", "language", "interval", "sms"}

var (
	errOwnManager = why("manager-self", "would make the account its own manager, directly or through others")
	errInterval   = errors.New("must be 0 (always ask) to 7 days")
)

func (d *Document) checkAccounts() {
	seen := map[string]int{}
	for i := range d.Accounts {
		a, path := &d.Accounts[i], fmt.Sprintf("accounts[%d]", i)
		a.check(d.Tenant.Region, func(field string, err error) {
			d.mistake(join(path, field), reasonOf(field, err).what)
		})
		if first, twice := seen[a.ExternalID]; twice && a.ExternalID != "" {
			d.mistake(join(path, "account"), fmt.Sprintf("stands in line %d already", first))
			continue
		}
		seen[a.ExternalID] = d.at.lineOf(join(path, "account"))
	}
}

// check brings number and address into the form in which they are kept, and tells what is wrong with an account by
// itself. What it tells never repeats a number or an address.
func (a *Account) check(region string, tell func(field string, err error)) {
	note := func(field string, err error) {
		if err != nil {
			tell(field, err)
		}
	}
	var err error
	if a.Phone != "" {
		a.Phone, err = factor.ParseMobile("phone", a.Phone, region)
		note("phone", err)
	}
	if a.Email != "" {
		a.Email, err = factor.ParseAddress("email", a.Email)
		note("email", err)
	}
	note("account", account.ValidateExternalID(a.ExternalID))
	note("label", approval.CheckText("label", a.Label))
	note("language", account.ValidateLanguage("language", a.Language))
	if a.Manager != "" && a.Manager == a.ExternalID {
		note("manager", errOwnManager)
	}
	if a.Interval != nil && (*a.Interval < 0 || *a.Interval > account.MaxIntervalDays) {
		note("interval", errInterval)
	}
}
