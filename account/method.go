package account

import (
	"fmt"
	"slices"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/refusal"
)

// Methods are those by which somebody may confirm, in the order in which a page offers them: the stronger first.
var Methods = []approval.Method{
	approval.MethodPush, approval.MethodPasskey, approval.MethodTOTP, approval.MethodSMS, approval.MethodEmail,
	approval.MethodRecovery, approval.MethodBypass,
}

const methodNames = "push, passkey, totp, sms, email, recovery, bypass"

// validateMethods refuses a list that names what is no method, or one of them twice. An empty list allows all.
func validateMethods(field string, methods []approval.Method) error {
	for i, m := range methods {
		if !slices.Contains(Methods, m) {
			return refusal.Field(fmt.Sprintf("%s[%d]", field, i), "must be one of "+methodNames)
		}
		if slices.Contains(methods[:i], m) {
			return refusal.Field(fmt.Sprintf("%s[%d]", field, i), "is named twice")
		}
	}
	return nil
}

// listed reports whether a list allows m; an empty list allows all.
func listed(methods []approval.Method, m approval.Method) bool {
	return len(methods) == 0 || slices.Contains(methods, m)
}
