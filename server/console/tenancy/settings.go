package tenancy

import (
	"net/http"
	"slices"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
)

func (t Tenancy) mountSettings(r *console.Rooms) {
	const at = "/console/tenants/{tenant}/settings"
	r.Page("GET "+at, reads, t.settings)
	r.Page("POST "+at, fresh, t.saveSettings)
}

func editSettings(v *console.Visit) edited {
	e := edited{
		part: organisation.EditTenant, subject: v.Tenant.ID, controls: tenantControls(v.Tenant), page: "settings",
		body: func(f form, o outlook) any { return policyBody{f, o, false, v.Tenant.Name} },
	}
	if v.Operator.Tenant != "" { // what phones show, and files go by, is not for a tenant alone to say
		e.controls[0].Kind, e.controls[0].Key = fixed, "tenant_name"
	}
	return e
}

func tenantControls(t account.Tenant) []control {
	p := t.Policy
	return slices.Concat(
		part("name",
			control{Name: "name", Kind: line, Values: []string{t.Name}},
			control{Name: "language", Kind: choice, Options: words(account.German, account.English), Values: []string{p.WithDefaults().Language}},
			control{Name: "time_zone", Kind: line, Values: []string{p.WithDefaults().TimeZone}},
			control{Name: "region", Kind: line, Values: []string{p.Region}},
		),
		part("people",
			control{Name: "support.de", Kind: line, Values: []string{p.Support.German}},
			control{Name: "support.en", Kind: line, Values: []string{p.Support.English}},
			control{Name: "notify", Kind: lines, Values: []string{strings.Join(p.Notify, "\n")}},
		),
		part("retention",
			control{Name: "retention.outcomes", Kind: number, Most: 240, Values: whole(p.Retention.Outcomes)},
			control{Name: "retention.personal_data", Kind: number, Most: 240, Values: whole(p.Retention.PersonalData)},
		),
		part("invitation", letterControls("invitation", p.Invitation)...),
		part("reminder", letterControls("reminder", p.Reminder)...),
	)
}

func letterControls(name string, l account.Letter) []control {
	return []control{
		{Name: name + ".subject.de", Kind: line, Values: []string{l.Subject.German}},
		{Name: name + ".text.de", Kind: area, Values: []string{l.Text.German}},
		{Name: name + ".subject.en", Kind: line, Values: []string{l.Subject.English}},
		{Name: name + ".text.en", Kind: area, Values: []string{l.Text.English}},
	}
}

func (t Tenancy) settings(w http.ResponseWriter, v *console.Visit) error {
	e := editSettings(v)
	return v.Write(w, e.page, e.body(e.form(v, organisation.Fingerprint(v.Tenant), v.Base()+"/settings"), outlook{}))
}

func (t Tenancy) saveSettings(w http.ResponseWriter, v *console.Visit) error {
	at := v.Base() + "/settings"
	return t.save(w, v, editSettings(v), at, func(organisation.Plan) string { return at + "?done=saved" })
}
