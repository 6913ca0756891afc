package pushgw

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// huaweiAnswer is what messages:send answers. An answer of status 200 can carry a failure.
type huaweiAnswer struct {
	Code string `json:"code"`
	Msg  string `json:"msg"` // never logged: it holds tokens

	status int
	after  time.Duration
}

// The codes that are no matter of somebody mending something.
const (
	huaweiSuccess      = "80000000"
	huaweiPartly       = "80100000" // msg says for which tokens not
	huaweiUnauthorised = "80200001"
	huaweiExpired      = "80200003" // the access token
	huaweiAllInvalid   = "80300007" // all tokens
	huaweiNoOAuth      = "80600003" // the service could not ask its own token endpoint
	huaweiInternal     = "81000001"
)

func (a *huaweiAnswer) unauthorised() bool {
	return a.Code == huaweiUnauthorised || a.Code == huaweiExpired || a.Code == "" && a.status == http.StatusUnauthorized
}

// verdict says what an answer means for a push to token.
func (h *Huawei) verdict(a *huaweiAnswer, token string) error {
	switch {
	case a.Code == huaweiSuccess && a.status/100 == 2:
		h.accepted.Store(true)
		return nil
	case a.Code == huaweiAllInvalid || a.Code == huaweiPartly && a.illegal(token):
		return h.invalid(a)
	}
	return a.failure()
}

// invalid is the end of a token, once the project has proved itself.
func (h *Huawei) invalid(a *huaweiAnswer) *Failure {
	if h.accepted.Load() {
		return &Failure{Kind: Gone, Reason: a.Code}
	}
	return &Failure{Kind: Alarm, Reason: a.Code}
}

func (a *huaweiAnswer) failure() *Failure {
	reason := a.reason()
	switch {
	case a.status == http.StatusServiceUnavailable || a.status == http.StatusTooManyRequests: // traffic control, says Huawei
		return &Failure{Kind: Throttled, Reason: reason, After: a.after}
	case a.status >= 500 || a.Code == huaweiInternal || a.Code == huaweiNoOAuth:
		return &Failure{Kind: Again, Reason: reason, After: a.after}
	case a.status/100 == 2 && a.Code == "": // not the service's own
		return &Failure{Kind: Again, Reason: "unreadable"}
	case a.Code == huaweiPartly: // neither accepted nor, as far as one can read, the token's fault
		return &Failure{Kind: Refused, Reason: reason}
	default:
		// A message that breaks the rules, a right that was not granted, credentials that are refused: every push of this
		// project fails alike until somebody mends it.
		return &Failure{Kind: Alarm, Reason: reason}
	}
}

func (a *huaweiAnswer) reason() string {
	return word(cmp.Or(a.Code, strings.ReplaceAll(http.StatusText(a.status), " ", "-")))
}

// illegal reports whether a partly successful answer names token. What else it names is nothing to us.
func (a *huaweiAnswer) illegal(token string) bool {
	var m struct {
		IllegalTokens []string `json:"illegal_tokens"`
	}
	return json.Unmarshal([]byte(a.Msg), &m) == nil && slices.Contains(m.IllegalTokens, token)
}
