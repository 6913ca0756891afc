package confirming

import (
	"slices"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/store/factors"
)

// Recovery is how the list of recovery codes stands by one of which a login was confirmed.
type Recovery struct {
	Left  int  `json:"left"`
	Renew bool `json:"renew"` // give the person a new list: under aal2 after each use, else when few are left
}

// RecoveryAfter returns how the list stands after the outcome. What was renewed since need not be renewed because of it.
func RecoveryAfter(o approval.Outcome, policy account.ApplicationPolicy, states []factors.State) Recovery {
	i := slices.IndexFunc(states, func(s factors.State) bool { return s.Method == approval.MethodRecovery })
	if i < 0 {
		return Recovery{Renew: true}
	}
	left, used := states[i].Left, !states[i].ActiveSince.After(o.DecidedAt)
	return Recovery{Left: left, Renew: left <= factor.WarnRecovery || (used && policy.Preset.RenewsRecovery())}
}
