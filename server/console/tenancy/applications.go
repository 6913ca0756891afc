package tenancy

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

func (t Tenancy) mountApplications(r *console.Rooms) {
	const at = "/console/tenants/{tenant}/applications"
	r.Page("GET "+at, reads, t.applications)
	r.Page("GET "+at+"/new", heads, t.newApplication)
	r.Page("POST "+at+"/new", fresh, t.addApplication)
	r.Page("GET "+at+"/{id}", reads, t.application)
	r.Page("POST "+at+"/{id}", fresh, t.saveApplication)
	r.Page("POST "+at+"/{id}/try", heads, t.tryApplication)
	r.Page("GET "+at+"/{id}/revoke", heads, t.revokingApplication)
	r.Page("POST "+at+"/{id}/revoke", fresh, t.revokeApplication)
	r.Page("POST "+at+"/{id}/keys", fresh, t.addKey)
	r.Page("GET "+at+"/{id}/keys/{key}/revoke", heads, t.revokingKey)
	r.Page("POST "+at+"/{id}/keys/{key}/revoke", fresh, t.revokeKey)
}

type applicationsBody struct {
	namedBody
	Applications []account.Application
	May          bool
}

func (t Tenancy) applications(w http.ResponseWriter, v *console.Visit) error {
	found, list, err := named(v, func(n lasting.Named) ([]account.Application, error) {
		return t.Store.ApplicationsByName(v.Context(), v.Tenant.ID, n)
	}, func(one account.Application) (string, string) { return one.Name, one.ID })
	if err != nil {
		return err
	}
	return v.Write(w, "applications", applicationsBody{list, found, v.MayChange()})
}

// applicationOf returns the application in the path, where it is the tenant's.
func (t Tenancy) applicationOf(v *console.Visit) (account.Application, error) {
	found, err := t.Store.Applications(v.Context(), v.Tenant.ID)
	if err != nil {
		return account.Application{}, err
	}
	i := slices.IndexFunc(found, func(a account.Application) bool { return a.ID == v.PathValue("id") })
	if i < 0 {
		return account.Application{}, edge.ErrNoRoute
	}
	return found[i], nil
}

// applicationBody is an application with its keys.
type applicationBody struct {
	policyBody
	account.Application
	pages.Pager
	Keys   []account.Key
	Scopes []account.Scope
	May    bool
}

func (t Tenancy) editApplication(v *console.Visit, a account.Application) (edited, error) {
	b := applicationBody{Application: a, Scopes: account.Scopes, May: v.May(console.Administrators) && a.RevokedAt.IsZero()}
	if a.ID != "" {
		var err error
		if b.Keys, b.Pager, err = t.newestKeys(v, a); err != nil {
			return edited{}, err
		}
	}
	return edited{
		part: organisation.EditApplication, subject: a.ID, controls: applicationControls(a), page: "application", tried: true,
		body: func(f form, o outlook) any {
			b.policyBody = policyBody{f, o, a.ID == "", a.Name}
			b.Form.Off = b.Form.Off || !a.RevokedAt.IsZero()
			return b
		},
	}, nil
}

func applicationControls(a account.Application) []control {
	p := a.Policy
	return slices.Concat(
		[]control{{Name: "name", Kind: line, Values: []string{a.Name}}},
		part("place",
			control{Name: "origins", Kind: lines, Values: []string{strings.Join(a.Origins, "\n")}},
			control{Name: "rp_id", Kind: line, Values: []string{a.RPID}},
		),
		part("taking",
			control{Name: "preset", Kind: choice, Options: words(account.Standard, account.AAL2), Values: words(p.WithDefaults().Preset)},
			control{Name: "match.kind", Kind: choice, Options: []string{"", "enter", "none"}, Values: []string{p.Match.Kind}},
			control{Name: "match.digits", Kind: number, Most: 6, Values: given(p.Match.Digits)},
			methodsControl(p.Methods),
			control{Name: "totp_skew", Kind: number, Most: account.MaxSkew, Values: whole(p.Skew())},
		),
		part("holding",
			control{Name: "max_interval", Kind: line, Values: duration(p.MaxInterval)},
			control{Name: "remember", Kind: line, Key: "remember_for", Values: duration(p.Remember)},
			control{Name: "confirmation_set", Kind: line, Values: []string{p.ConfirmationSet}},
		),
		part("network",
			control{Name: "offline", Kind: choice, Options: words(account.OfflineRefused, account.OfflineAllowed), Values: words(p.WithDefaults().Offline)},
		),
	)
}

func given(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{strconv.Itoa(n)}
}

func duration(d account.Duration) []string {
	if d == 0 {
		return nil
	}
	return []string{d.String()}
}

func applicationURL(v *console.Visit, a account.Application) string {
	return v.Base() + "/applications/" + a.ID
}

func (t Tenancy) newApplication(w http.ResponseWriter, v *console.Visit) error {
	e, err := t.editApplication(v, account.Application{})
	if err != nil {
		return err
	}
	v.Page.Title = "application.new"
	return v.Write(w, e.page, e.body(e.form(v, "", v.URL.Path), outlook{}))
}

func (t Tenancy) addApplication(w http.ResponseWriter, v *console.Visit) error {
	e, err := t.editApplication(v, account.Application{})
	if err != nil {
		return err
	}
	v.Page.Title = "application.new"
	return t.save(w, v, e, v.URL.Path, func(p organisation.Plan) string {
		return applicationURL(v, p.Applications[0].After) + "?done=saved"
	})
}

func (t Tenancy) application(w http.ResponseWriter, v *console.Visit) error {
	a, err := t.applicationOf(v)
	if err != nil {
		return err
	}
	e, err := t.editApplication(v, a)
	if err != nil {
		return err
	}
	return v.Write(w, e.page, e.body(e.form(v, organisation.Fingerprint(a), applicationURL(v, a)), outlook{}))
}

func (t Tenancy) saveApplication(w http.ResponseWriter, v *console.Visit) error {
	a, err := t.applicationOf(v)
	if err != nil {
		return err
	}
	e, err := t.editApplication(v, a)
	if err != nil {
		return err
	}
	return t.save(w, v, e, applicationURL(v, a), func(organisation.Plan) string { return applicationURL(v, a) + "?done=saved" })
}

func (t Tenancy) tryApplication(w http.ResponseWriter, v *console.Visit) error {
	a, err := t.applicationOf(v)
	if err != nil {
		return err
	}
	e, err := t.editApplication(v, a)
	if err != nil {
		return err
	}
	return t.try(w, v, e, applicationURL(v, a))
}
