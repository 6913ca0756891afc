package tenancy

import (
	"net/http"

	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/policy"
)

// edited is one thing that a form changes.
type edited struct {
	part     string // of package organisation
	subject  string // id; empty: it is new
	controls []control
	page     string // its template
	body     func(form, outlook) any
	tried    bool // it can be tried
}

// outlook is what an edit would change.
type outlook struct {
	Tried     bool
	Lines     []organisation.Line
	Rehearsed *policy.Rehearsed
}

// form returns the form with what is there.
func (e edited) form(v *console.Visit, seen, action string) form {
	f := form{Controls: e.controls, Action: action, Seen: seen, Off: !v.MayChange()}
	if e.tried && e.subject != "" {
		f.Try = action + "/try"
	}
	return f
}

// sent returns what was sent, as an edit and as the form that shows it again.
func (t Tenancy) sent(v *console.Visit, e edited, action string) (*organisation.Edit, form, error) {
	f := e.form(v, v.PostFormValue("seen"), action)
	f.Controls = filled(e.controls, v.PostForm)
	edit, err := organisation.ReadEdit(v.Tenant.ID, e.part, e.subject, f.Seen, members(f.Controls))
	if err == nil && e.part == organisation.EditTenant && v.Operator.Tenant != "" {
		edit.KeepName()
	}
	return edit, f, err
}

// save carries out what the form says, and leads on; or shows it again with what is wrong.
func (t Tenancy) save(w http.ResponseWriter, v *console.Visit, e edited, action string, onward func(organisation.Plan) string) error {
	edit, f, err := t.sent(v, e, action)
	if err != nil {
		return err
	}
	plans, err := t.Organisation.ApplyBy(v.Context(), v.Actor(), edit.Mistakes, edit)
	if err != nil {
		return e.wrong(w, v, f, err)
	}
	return v.Onward(w, onward(plans[0]))
}

// wrong shows the form again where something was entered that cannot be.
func (e edited) wrong(w http.ResponseWriter, v *console.Visit, f form, err error) error {
	if !f.blame(err) {
		return err
	}
	v.Page.Status = http.StatusUnprocessableEntity
	v.Page.Wrong = v.Text("form.wrong")
	return v.Write(w, e.page, e.body(f, outlook{}))
}

// try shows what the form would change, and what it would have meant for the logins of the last month. It changes nothing.
func (t Tenancy) try(w http.ResponseWriter, v *console.Visit, e edited, action string) error {
	edit, f, err := t.sent(v, e, action)
	if err != nil {
		return err
	}
	plans, err := t.Organisation.Plan(v.Context(), edit.Mistakes, edit)
	if err != nil {
		return e.wrong(w, v, f, err)
	}
	o := outlook{Tried: true, Lines: told(v, f.Controls, plans[0].Lines(false))}
	if err := t.rehearse(v, plans[0], &o); err != nil {
		return err
	}
	return v.Write(w, e.page, e.body(f, o))
}
