package portal

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/factor"
	"github.com/jawort/jawort/server/methods"
)

type methodsBody struct {
	methods.View
	More      []approval.Method
	Elsewhere string // where a passkey is made, which cannot be made here; empty: nowhere
}

// Add is the key of what leads to a method; codes that take the place of others are new ones.
func (b methodsBody) Add(m approval.Method) string {
	for _, have := range b.Methods {
		if have.Method == m && m == approval.MethodRecovery {
			return "methods.add.recovery.again"
		}
	}
	return "methods.add." + string(m)
}

func (p Portal) methods(w http.ResponseWriter, v *Visit) error {
	found, more, err := p.Methods.Show(v.Request, v.ExternalID())
	if err != nil {
		return err
	}
	b := methodsBody{View: found, More: more}
	if i := slices.Index(more, approval.MethodPasskey); i >= 0 && !p.confirms(v, approval.MethodPasskey) {
		b.More, b.Elsewhere = slices.Delete(more, i, i+1), hostOf(v.Session.ReturnURL)
	}
	return p.write(w, v, "methods", b)
}

// addMethod asks for a confirmation, unless there is nothing yet that could give one.
func (p Portal) addMethod(w http.ResponseWriter, v *Visit) error {
	m := approval.Method(v.PathValue("method"))
	if !p.confirms(v, m) {
		return factor.ErrNoRPID
	}
	owner, err := p.audience(v)
	if err != nil {
		return err
	}
	if err := p.Methods.Offered(v.Request, owner, m); err != nil {
		return err
	}
	step := account.PortalStep{Kind: stepAddMethod, Subject: string(m), About: p.methodText(v, m)}
	if methods.Unreachable(owner.Account, m) {
		to := strings.TrimSpace(v.PostFormValue("to"))
		if to == "" {
			return p.write(w, v, "reaching", reachingBody{Method: m})
		}
		reached, err := p.Methods.Reach(v.Request, v.ExternalID(), m, to)
		if err != nil {
			return p.wrong(w, v, err, "reaching", reachingBody{m, to})
		}
		step.Subject, step.About = step.Subject+" "+reached, step.About+", "+masked(m, reached)
	}
	if owner.HasOwn() || !methods.Activates(m) {
		return p.plan(w, v, step)
	}
	return p.beginMethod(w, v, step)
}

// reachingBody asks for a number or an address to which codes go, where none is on record.
type reachingBody struct {
	Method approval.Method
	To     string // as it was typed
}

func masked(m approval.Method, to string) string {
	if m == approval.MethodSMS {
		return factor.MaskPhone(to)
	}
	return factor.MaskAddress(to)
}

// methodText is how a method is called in the language of the account.
func (p Portal) methodText(v *Visit, m approval.Method) string {
	text, _ := p.texts.In(v.Page.Lang, "method."+string(m))
	return text
}

// provingBody is a method on its way.
type provingBody struct {
	methods.Started
	Image template.URL // of the URL as a QR code; made here
	Shown bool         // the key is on the page: it is there once
}

// beginMethod shows what proves the method; recovery codes prove themselves, and are shown this once.
func (p Portal) beginMethod(w http.ResponseWriter, v *Visit, step account.PortalStep) error {
	name, to, _ := strings.Cut(step.Subject, " ")
	m := approval.Method(name)
	v.Page.Menu = menu(v.Session.Pages(), "/portal/methods")
	if m == approval.MethodRecovery {
		codes, err := p.Methods.Renew(v.Request, v.ExternalID())
		if err != nil {
			return err
		}
		return p.write(w, v, "codes", codes)
	}
	begun, err := p.Methods.Begin(v.Request, v.ExternalID(), m, to, step.Approval == "")
	if err != nil {
		return err
	}
	if m == approval.MethodPasskey {
		return p.makePasskey(w, v, begun)
	}
	v.Page.Title = "proving.title." + string(m)
	return p.write(w, v, "proving", provingBody{Started: begun, Image: template.URL(begun.QR), Shown: true})
}

// prove takes the code; one that is wrong is typed again.
func (p Portal) prove(w http.ResponseWriter, v *Visit) error {
	m := approval.Method(v.PathValue("method"))
	v.Page.Title = "proving.title." + string(m)
	if !p.frame.Has(v.Page.Title) {
		return edge.ErrNoRoute
	}
	if err := p.Methods.Finish(v.Request, v.ExternalID(), m, v.PostFormValue("code")); err != nil {
		return p.wrong(w, v, err, "proving", provingBody{Started: methods.Started{Method: m}})
	}
	return p.onward(w, v, "/portal/methods?done=method-added")
}

// methodOf returns the method in the path, where the account has it of its own.
func (p Portal) methodOf(v *Visit) (approval.Method, error) {
	found, _, err := p.Methods.Show(v.Request, v.ExternalID())
	if err != nil {
		return "", err
	}
	for _, one := range found.Methods {
		if string(one.Method) == v.PathValue("method") && one.Method != approval.MethodBypass {
			return one.Method, nil
		}
	}
	return "", edge.ErrNoRoute
}

func (p Portal) removingMethod(w http.ResponseWriter, v *Visit) error {
	m, err := p.methodOf(v)
	if err != nil {
		return err
	}
	if title := "removing-method.title." + string(m); p.frame.Has(title) {
		v.Page.Title = title
	}
	return p.write(w, v, "removing-method", m)
}

func (p Portal) removeMethod(w http.ResponseWriter, v *Visit) error {
	m, err := p.methodOf(v)
	if err != nil {
		return err
	}
	return p.plan(w, v, account.PortalStep{Kind: stepRemoveMethod, Subject: string(m), About: p.methodText(v, m)})
}

func (p Portal) methodRemoved(w http.ResponseWriter, v *Visit, step account.PortalStep) error {
	if err := p.Methods.Remove(v.Request, v.ExternalID(), approval.Method(step.Subject)); err != nil {
		return err
	}
	return p.onward(w, v, "/portal/methods?done=method-removed")
}
