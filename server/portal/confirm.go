package portal

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

// The steps that wait for a confirmation. Each is planned with the question that is put about it, and taken once, when its account has confirmed that question.
const (
	stepRemove        = "remove-device"
	stepAdd           = approval.StepAddDevice
	stepInterval      = "interval"
	stepAddMethod     = "add-method"
	stepRemoveMethod  = "remove-method"
	stepRemovePasskey = "remove-passkey"
	stepDownload      = "download"
)

// steps say how each is taken, and where it belongs.
func (p Portal) steps() map[string]Step {
	return map[string]Step{
		stepRemove: {"devices", p.removed}, stepAdd: {"devices", p.addConfirmed}, stepInterval: {"interval", p.intervalConfirmed},
		stepAddMethod: {"methods", p.beginMethod}, stepRemoveMethod: {"methods", p.methodRemoved},
		stepRemovePasskey: {"methods", p.passkeyRemoved}, stepDownload: {"data", p.downloaded},
	}
}

// audience is the account with all that policy needs.
func (p Portal) audience(v *Visit) (account.Audience, error) {
	return p.Judge.Audiences.Audience(v.Context(), v.Tenant(), v.ExternalID(), lasting.Approach{})
}

// plan puts the question whether the person wants the step, about what.
func (p Portal) plan(w http.ResponseWriter, v *Visit, step account.PortalStep) error {
	details, err := p.details(v, step)
	if err != nil {
		return err
	}
	step.Approval, err = p.Questions.Confirm(v.Context(), v.Application, v.ExternalID(), step.Kind, details, p.browser(v))
	if err != nil {
		return err
	}
	if err := p.Store.PlanStep(v.Context(), v.Session.ID, step); err != nil {
		return err
	}
	return p.onward(w, v, "/portal/confirm/"+url.PathEscape(step.Approval))
}

// details are what phones show of the step, in the language of the account.
func (p Portal) details(v *Visit, step account.PortalStep) ([]approval.Detail, error) {
	owner, err := p.audience(v)
	if err != nil {
		return nil, err
	}
	lang := owner.Account.Language
	if lang == "" {
		lang = v.Application.TenantPolicy.WithDefaults().Language
	}
	text := func(key string) string { s, _ := p.texts.In(lang, key); return s }
	all := []approval.Detail{{Label: text("detail.what"), Value: text("detail." + step.Kind)}}
	if step.About != "" {
		all = append(all, approval.Detail{Label: text("detail.about." + step.Kind), Value: step.About})
	}
	return all, nil
}

// confirmBody is the question on the page that waits with its person.
type confirmBody struct {
	Step   account.PortalStep
	Action string
	Socket struct{ URL, Ticket string }
	Number string
	Left   int    // seconds
	Ended  string // how; empty: it is pending
}

// confirming waits for the answer, and then lets the step be taken: a page that is merely looked at changes nothing.
func (p Portal) confirming(w http.ResponseWriter, v *Visit) error {
	step, err := p.Store.Step(v.Context(), v.Session.ID, v.PathValue("approval"))
	if err != nil {
		return err
	}
	body := confirmBody{Step: step, Action: v.URL.Path}
	s, err := p.Guards.Own(v.Context(), step.Approval)
	switch {
	case errors.Is(err, approval.ErrUnknown):
		body.Ended = "lost"
	case err != nil:
		return err
	case s.Outcome != nil:
		body.Ended = string(s.Outcome.Status)
	default:
		body.Number, body.Left = s.Pending.Number, int(s.Pending.ExpiresAt.Sub(p.Now())/time.Second)
		if body.Socket.URL, body.Socket.Ticket, err = p.Questions.Socket(*s.Pending); err != nil {
			return err
		}
		v.Page.Waits = true
	}
	switch body.Ended {
	case "":
	case string(approval.StatusApproved):
		v.Page.Title = "confirm.title.approved"
	default:
		v.Page.Title = "confirm.title.ended"
	}
	return p.write(w, v, "confirm", body)
}

// cancel takes the question back, so that nobody answers it any more. What has ended stays as it ended.
func (p Portal) cancel(w http.ResponseWriter, v *Visit) error {
	step, err := p.Store.Step(v.Context(), v.Session.ID, v.PathValue("approval"))
	if err != nil {
		return err
	}
	s, err := p.Guards.Own(v.Context(), step.Approval)
	if err == nil && s.Pending != nil {
		_, err = p.Guards.Ender.EndBy(v.Context(), *s.Pending, approval.StatusCancelled, guard.ActorOf(v.Context()))
	}
	if err != nil && !errors.Is(err, approval.ErrUnknown) {
		return err
	}
	return p.onward(w, v, "/portal/"+p.allSteps()[step.Kind].Page)
}

// confirmed takes the step.
func (p Portal) confirmed(w http.ResponseWriter, v *Visit) error {
	step, err := p.Store.TakeStep(v.Context(), v.Session.ID, v.PathValue("approval"))
	if err != nil {
		return err
	}
	planned, ok := p.allSteps()[step.Kind]
	if !ok {
		return account.ErrUnconfirmed
	}
	return planned.Take(w, v, step)
}
