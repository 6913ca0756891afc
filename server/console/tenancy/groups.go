package tenancy

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/lasting"
)

func (t Tenancy) mountGroups(r *console.Rooms) {
	const at = "/console/tenants/{tenant}/groups"
	r.Page("GET "+at, reads, t.groups)
	r.Page("GET "+at+"/new", heads, t.newGroup)
	r.Page("POST "+at+"/new", fresh, t.addGroup)
	r.Page("GET "+at+"/{id}", reads, t.group)
	r.Page("POST "+at+"/{id}", fresh, t.saveGroup)
	r.Page("POST "+at+"/{id}/try", heads, t.tryGroup)
	r.Page("GET "+at+"/{id}/delete", heads, t.deletingGroup)
	r.Page("POST "+at+"/{id}/delete", fresh, t.deleteGroup)
}

type groupsBody struct {
	namedBody
	Groups []account.Group
	May    bool
}

func (t Tenancy) groups(w http.ResponseWriter, v *console.Visit) error {
	found, list, err := named(v, func(n lasting.Named) ([]account.Group, error) {
		return t.Store.GroupsByName(v.Context(), v.Tenant.ID, n)
	}, func(one account.Group) (string, string) { return one.Name, one.ID })
	if err != nil {
		return err
	}
	return v.Write(w, "groups", groupsBody{list, found, v.MayChange()})
}

// policyBody is a form beside what it would change.
type policyBody struct {
	Form    form
	Outlook outlook
	New     bool
	Name    string
}

func (t Tenancy) groupOf(v *console.Visit) (account.Group, error) {
	found, err := t.Store.Groups(v.Context(), v.Tenant.ID)
	if err != nil {
		return account.Group{}, err
	}
	i := slices.IndexFunc(found, func(g account.Group) bool { return g.ID == v.PathValue("id") })
	if i < 0 {
		return account.Group{}, edge.ErrNoRoute
	}
	return found[i], nil
}

// editGroup is the edit of a group, or of a new one.
func (t Tenancy) editGroup(v *console.Visit, g account.Group) (edited, error) {
	applications, err := t.Store.Applications(v.Context(), v.Tenant.ID)
	return edited{
		part: organisation.EditGroup, subject: g.ID, controls: groupControls(g, applications), page: "group", tried: true,
		body: func(f form, o outlook) any { return policyBody{f, o, g.ID == "", g.Name} },
	}, err
}

func groupControls(g account.Group, applications []account.Application) []control {
	p := g.Policy.WithDefaults()
	return slices.Concat(
		[]control{{Name: "name", Kind: line, Values: []string{g.Name}}},
		part("asking",
			control{Name: "interval.min", Kind: days, Most: account.MaxIntervalDays, Values: whole(p.Interval.Min)},
			control{Name: "interval.max", Kind: days, Most: account.MaxIntervalDays, Values: whole(p.Interval.Max)},
			control{Name: "interval.default", Kind: days, Most: account.MaxIntervalDays, Values: whole(p.Interval.Default)},
			control{Name: "remember", Kind: toggle, Values: on(p.Remember)},
		),
		part("phones",
			control{Name: "sharing", Kind: choice, Options: words(account.SharingAllowed, account.SharingForbidden), Values: words(p.Sharing)},
			control{Name: "deny", Kind: choice, Options: words(account.DenyAll, account.DenyAny), Values: words(p.Deny)},
		),
		part("methods",
			methodsControl(p.Methods),
			control{Name: "first_binding", Kind: choice, Options: words(account.BindingNone, account.BindingPhoneOnRecord, account.BindingOperator), Values: words(p.FirstBinding)},
			control{Name: "activation.required", Kind: number, Most: 5, Values: whole(p.Activation.Required)},
			control{Name: "activation.recommended", Kind: number, Most: 5, Values: whole(p.Activation.Recommended)},
		),
		part("sms",
			control{Name: "sms.switch", Kind: choice, Options: words(account.SwitchAccount, account.SwitchOn, account.SwitchOff), Values: words(p.SMS.Switch)},
			control{Name: "sms.payer", Kind: choice, Options: words(account.PayerAccount, account.PayerManager), Values: words(p.SMS.Payer)},
		),
		part("start", enforcement(p, applications)...),
	)
}

// enforcement has a date for each application that there is, or that the group names.
func enforcement(p account.GroupPolicy, applications []account.Application) (all []control) {
	names := map[string]bool{}
	for _, a := range applications {
		if a.RevokedAt.IsZero() {
			names[a.Name] = true
		}
	}
	for name := range p.EnforcedFrom {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		c := control{Name: "enforced_from[" + name + "]", Kind: line, Label: name}
		if date, given := p.EnforcedFrom[name]; given {
			c.Values = []string{date.String()}
		}
		all = append(all, c)
	}
	return all
}

func methodsControl(chosen []approval.Method) control {
	return control{Name: "methods", Kind: several, Words: "method", Options: words(account.Methods...), Values: words(chosen...)}
}

func whole(n int) []string { return []string{strconv.Itoa(n)} }

func on(yes bool) []string {
	if yes {
		return []string{"on"}
	}
	return nil
}

func words[T ~string](all ...T) []string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = string(one)
	}
	return texts
}

func (t Tenancy) newGroup(w http.ResponseWriter, v *console.Visit) error {
	e, err := t.editGroup(v, account.Group{})
	if err != nil {
		return err
	}
	v.Page.Title = "group.new"
	return v.Write(w, e.page, e.body(e.form(v, "", v.URL.Path), outlook{}))
}

func (t Tenancy) addGroup(w http.ResponseWriter, v *console.Visit) error {
	e, err := t.editGroup(v, account.Group{})
	if err != nil {
		return err
	}
	v.Page.Title = "group.new"
	return t.save(w, v, e, v.URL.Path, func(p organisation.Plan) string {
		return v.Base() + "/groups/" + p.Groups[0].After.ID + "?done=saved"
	})
}

func (t Tenancy) group(w http.ResponseWriter, v *console.Visit) error {
	g, err := t.groupOf(v)
	if err != nil {
		return err
	}
	e, err := t.editGroup(v, g)
	if err != nil {
		return err
	}
	return v.Write(w, e.page, e.body(e.form(v, organisation.Fingerprint(g), groupURL(v, g)), outlook{}))
}

func groupURL(v *console.Visit, g account.Group) string { return v.Base() + "/groups/" + g.ID }

func (t Tenancy) saveGroup(w http.ResponseWriter, v *console.Visit) error {
	g, err := t.groupOf(v)
	if err != nil {
		return err
	}
	e, err := t.editGroup(v, g)
	if err != nil {
		return err
	}
	return t.save(w, v, e, groupURL(v, g), func(organisation.Plan) string { return groupURL(v, g) + "?done=saved" })
}

func (t Tenancy) tryGroup(w http.ResponseWriter, v *console.Visit) error {
	g, err := t.groupOf(v)
	if err != nil {
		return err
	}
	e, err := t.editGroup(v, g)
	if err != nil {
		return err
	}
	return t.try(w, v, e, groupURL(v, g))
}
