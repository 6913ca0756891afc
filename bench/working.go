package bench

import "fmt"

// Kind is what a login was meant to be. One may be of several kinds.
type Kind string

// The kinds of logins.
const (
	ByApproval Kind = "approval"
	ByDeny     Kind = "deny"
	ByWrong    Kind = "wrong number first"
	ByCode     Kind = "code"
	ByTrust    Kind = "trusted browser"
	BySeveral  Kind = "several phones"
)

var kinds = []Kind{ByApproval, ByDeny, ByWrong, ByCode, ByTrust, BySeveral}

// kindsOf are the kinds of what was drawn for somebody.
func kindsOf(p plan, who *person) (all []Kind) {
	switch {
	case p.way == byCode:
		return []Kind{ByCode}
	case p.way == byTrust:
		return []Kind{ByTrust}
	case p.decision != approve:
		all = []Kind{ByDeny}
	case p.wrong:
		all = []Kind{ByWrong}
	default:
		all = []Kind{ByApproval}
	}
	if len(who.phones) > 1 {
		all = append(all, BySeveral)
	}
	return all
}

// succeeded says that everybody saw of a login what it was meant to be.
func (l *Login) succeeded(k Kind) bool {
	switch k {
	case ByApproval:
		return l.Site == Sight{"approved", "push"}
	case ByDeny:
		return l.Site.Status == "denied"
	case ByWrong:
		return l.Mistyped && l.Site == Sight{"approved", "push"}
	case ByCode:
		return l.Site == Sight{"approved", "totp"}
	case ByTrust:
		return l.Site == Sight{"approved", "trusted_browser"}
	default:
		return len(l.Phones) > 1 && final(l.Site.Status)
	}
}

// NeverWorked are the kinds that came, no fewer than due times, and of which not one succeeded: then nothing was shown of them.
func NeverWorked(logins []*Login, due int) (found []string) {
	came, succeeded := map[Kind]int{}, map[Kind]int{}
	for _, l := range logins {
		for _, k := range l.Kinds {
			came[k]++
			if l.succeeded(k) {
				succeeded[k]++
			}
		}
	}
	for _, k := range kinds {
		if came[k] >= due && succeeded[k] == 0 {
			found = append(found, fmt.Sprintf("%s: of %d such logins, none succeeded", k, came[k]))
		}
	}
	return found
}

// mostErrors is the share of the logins that errors may be, where nothing is harmed.
const mostErrors = 0.01

// ailing returns what does not work in a load that nobody harms.
func (l *Load) ailing(errors int) []string {
	logins := l.journal.Logins()
	found := NeverWorked(logins, 1)
	if float64(errors) > mostErrors*float64(len(logins)) {
		found = append(found, fmt.Sprintf("errors: %d in %d logins", errors, len(logins)))
	}
	if l.journal.neverRevoked() {
		found = append(found, "phones: of those that were to be registered and revoked, none was")
	}
	return found
}
