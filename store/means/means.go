// Package means says in SQL whether an account has anything by which it confirms, for transactions that have to decide it.
// It is the rule of account.Audience.HasOwn; what policy allows is not its business.
package means

import (
	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
)

// Own is the condition that the account whose id the expression gives has a phone or a method of its own. What was disabled
// by wrong numbers or codes counts: otherwise a thief of the password could disable it by guessing, and then bring something
// else. An operator's bypass code is nothing of the account's.
func Own(id string) string { return Beside(id, "''") }

// Beside is the same, leaving out what the approval whose id the second expression gives has activated itself.
func Beside(id, approvalID string) string {
	return `(EXISTS (SELECT 1 FROM methods om WHERE om.account = ` + id + ` AND om.active_since > 0 AND om.method <> '` + string(approval.MethodBypass) + `'
			AND (om.activated_by = '' OR om.activated_by <> ` + approvalID + `))
		OR EXISTS (SELECT 1 FROM credentials oc WHERE oc.account = ` + id + ` AND oc.status IN ('` + string(account.Active) + `', '` + string(account.Disabled) + `')
			AND NOT EXISTS (SELECT 1 FROM enrolments oe WHERE oe.device = oc.device AND oe.authority = '` + string(account.ByLogin) + `' AND oe.approval = ` + approvalID + `)))`
}
