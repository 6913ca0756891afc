package policy

import (
	"net/http"
	"slices"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/judge"
	"github.com/jawort/jawort/store/live"
)

// explainBody is the body of POST /v1/policy/explain.
type explainBody struct {
	Account  string         `json:"account"`
	Kind     approval.Kind  `json:"kind"`
	Browser  *judge.Browser `json:"browser"`
	Remember bool           `json:"remember"`
}

// Validate refuses what could not be asked, and fills in the defaults.
func (b *explainBody) Validate() error {
	if err := account.ValidateExternalID(b.Account); err != nil {
		return err
	}
	switch b.Kind {
	case "":
		b.Kind = approval.Login
	case approval.Login, approval.Transaction:
	default:
		return refusal.Field("kind", "must be login or transaction")
	}
	if b.Browser == nil {
		b.Browser = new(judge.Browser)
		return nil
	}
	return b.Browser.Validate()
}

// explanation is a verdict as it is told. It never tells more of a trusted browser than why it is not.
type explanation struct {
	Account     string            `json:"account"`
	Kind        approval.Kind     `json:"kind"`
	Asked       bool              `json:"asked"`
	Method      approval.Method   `json:"method,omitempty"`
	Methods     []methodView      `json:"methods,omitempty"`
	Activate    *activateView     `json:"activate,omitempty"`
	Obstacle    account.Obstacle  `json:"obstacle,omitempty"`
	Support     *account.Texts    `json:"support,omitempty"`
	Alone       bool              `json:"alone"`
	Offline     account.Offline   `json:"offline"`
	TrustedFor  account.Duration  `json:"trusted_for"`
	Remember    *account.Duration `json:"remember,omitempty"`
	PushesAgain *time.Time        `json:"pushes_again,omitempty"`
	Push        *pushView         `json:"push,omitempty"` // where somebody is asked
	Reason      account.Reason    `json:"reason"`
}

// pushView says whether phones would be woken, and why not, by the codes of POST /v1/approvals.
type pushView struct {
	Sent   bool      `json:"sent"`
	Reason string    `json:"reason,omitempty"`
	Until  time.Time `json:"until,omitzero"`
}

type methodView struct {
	Method     approval.Method `json:"method"`
	ACR        account.ACR     `json:"acr"`
	AMR        []string        `json:"amr"`
	Restricted bool            `json:"restricted,omitempty"`
}

type activateView struct {
	Methods     []approval.Method `json:"methods"`
	Required    int               `json:"required"`
	Recommended int               `json:"recommended"`
}

func (f Feature) explain(w http.ResponseWriter, r *http.Request) error {
	body, err := edge.Decode[explainBody](r)
	if err != nil {
		return err
	}
	application := guard.CallerOf(r.Context()).Application
	found, err := f.Judge.Judge(r.Context(), application, judge.Request{
		Account: body.Account, Kind: body.Kind, Browser: *body.Browser, Remember: body.Remember,
	})
	if err != nil {
		return err
	}
	limits, err := f.Limits.Limits(r.Context(), found.Audience.Account.ID)
	if err != nil {
		return err
	}
	s := found.Situation
	s.NamesSums, s.QuietTo = true, limits.PausedUntil // what a transaction would say is taken to name both
	answer := explained(body, s, account.Evaluate(s))
	if answer.Asked && answer.Obstacle == "" {
		answer.Push = pushed(found.Audience, answer.Methods, limits)
	}
	return edge.JSON(w, http.StatusOK, answer)
}

// pushed takes the reasons in the order in which a creation does.
func pushed(a account.Audience, methods []methodView, limits live.Limits) *pushView {
	byPush := func(m methodView) bool { return m.Method == approval.MethodPush }
	why, until := limits.NoPush()
	switch {
	case a.Reported:
		why, until = live.NoPushReported, time.Time{}
	case len(a.Recipients) == 0 || !slices.ContainsFunc(methods, byPush):
		why, until = live.NoPushAddress, time.Time{}
	}
	return &pushView{Sent: why == "", Reason: why, Until: utc(until)}
}

func explained(body explainBody, s account.Situation, v account.Verdict) explanation {
	e := explanation{
		Account: body.Account, Kind: body.Kind, Asked: v.Asked(), Method: v.Method, Obstacle: v.Obstacle, Alone: v.Alone,
		Offline: v.Offline, TrustedFor: account.Duration(v.Grant.For), Reason: v.Reason,
	}
	for _, m := range v.Methods {
		strength := s.Application.Policy.Strength(m)
		e.Methods = append(e.Methods, methodView{Method: m, ACR: strength.ACR, AMR: strength.AMR, Restricted: strength.Restricted})
	}
	if a := v.Activate; len(a.Methods) > 0 {
		e.Activate = &activateView{Methods: a.Methods, Required: a.Required, Recommended: a.Recommended}
	}
	if v.Support != (account.Texts{}) {
		e.Support = &v.Support
	}
	if v.Grant.Offer > 0 {
		offer := account.Duration(v.Grant.Offer)
		e.Remember = &offer
	}
	if !v.QuietTo.IsZero() {
		again := v.QuietTo.UTC()
		e.PushesAgain = &again
	}
	e.Reason.Until, e.Reason.EnforcedFrom = utc(v.Reason.Until), utc(v.Reason.EnforcedFrom)
	return e
}

// utc leaves a time that is not given as it is.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}
