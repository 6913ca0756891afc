package organisation

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"crypto/sha256"
	"encoding/hex"

	"go.yaml.in/yaml/v3"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/id"
)

// Edit is one thing of a tenant as a form has it: the tenant itself, an application or a group, known by its id. Everything else stays as it is. It is judged
// as a file is.
type Edit struct {
	Mistakes Mistakes // of what can be seen without knowing what there is

	tenant  string // id
	part    string // tenant, applications or groups
	subject string // id; empty: it is new
	seen    string
	doc     *Document
	called  bool // what the tenant is called stays
}

// The parts of a tenant that can be edited.
const (
	EditTenant      = "tenant"
	EditApplication = "applications"
	EditGroup       = "groups"
)

// ReadEdit reads the members of one thing, as a file has them; what is empty is left out. Seen is the Fingerprint of what the form showed, so that nobody undoes
// what another has changed meanwhile; empty: that does not matter.
func ReadEdit(tenant, part, subject, seen string, members map[string]any) (*Edit, error) {
	tree := map[string]any{"tenant": map[string]any{"name": tenant}} // the tenant is known by its id
	if part == EditTenant {
		tree["tenant"] = members
	} else {
		tree[part] = []any{members}
	}
	text, err := yaml.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("organisation: write an edit: %w", err)
	}
	f, err := Read(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	e := &Edit{tenant: tenant, part: part, subject: subject, seen: seen}
	for _, m := range f.Mistakes {
		e.Mistakes.add(0, e.member(m.Path), m.What)
	}
	if len(f.Documents) == 1 {
		e.doc = f.Documents[0]
	}
	return e, nil
}

// member returns the name of a member within the thing that is edited.
func (e *Edit) member(path string) string {
	prefix := e.part
	if e.part != EditTenant {
		prefix = at(e.part, 0)
	}
	return strings.TrimPrefix(strings.TrimPrefix(path, prefix), ".")
}

// KeepName refuses another name for the tenant: phones show it, and files find the tenant by it.
func (e *Edit) KeepName() { e.called = true }

// Wants implements Source. Whoever has the name that the tenant is to have stands beside it.
func (e *Edit) Wants() Wanted {
	if e.part == EditTenant && e.doc != nil {
		return Wanted{Tenants: append(names(e.doc.Tenant.Name), e.tenant)}
	}
	return Wanted{Tenants: []string{e.tenant}, Within: e.part != EditTenant}
}

// alone returns the state with no tenant but the one that is edited, and whether another one has the name that it is to have.
func (e *Edit) alone(s State) (State, bool) {
	own := func(t account.Tenant) bool { return t.ID == e.tenant }
	others := slices.DeleteFunc(slices.Clone(s.Tenants), own)
	s.Tenants = slices.DeleteFunc(slices.Clone(s.Tenants), func(t account.Tenant) bool { return !own(t) })
	return s, len(others) > 0
}

// Plan implements Source.
func (e *Edit) Plan(s State, random io.Reader) (Plan, Mistakes, error) {
	var found Mistakes
	s, taken := e.alone(s)
	if len(s.Tenants) != 1 || e.doc == nil {
		found.add(0, "", "there is no such tenant, or it was revoked")
		return Plan{}, found, nil
	}
	was, there := e.before(s)
	switch {
	case !there:
		return Plan{}, nil, ErrGone
	case e.seen != "" && e.seen != was.fingerprint():
		return Plan{}, nil, ErrMeanwhile
	}
	doc := *e.doc
	if e.part != EditTenant {
		doc.Tenant = Tenant{Name: s.Tenants[0].Name, TenantPolicy: s.Tenants[0].Policy}
	} else if strings.HasPrefix(doc.Tenant.Name, id.Tenant) {
		found.add(0, "name", "must not begin with "+id.Tenant+", by which ids do")
	}
	if name := e.rename(&doc, was["name"]); e.taken(s, name) || (taken && name != was["name"]) {
		found.add(0, "name", "there is one of this name already")
	}
	if e.called && doc.Tenant.Name != s.Tenants[0].Name {
		found.add(0, "name", "only an operator of all tenants changes it")
	}
	plan, more, err := doc.Plan(s, random)
	for _, m := range more {
		found.add(0, e.member(m.Path), m.What)
	}
	return plan, found, err
}

// rename says of the thing how it was called, and returns how it is called now.
func (e *Edit) rename(doc *Document, was string) string {
	formerly := func(name string) string {
		if e.subject == "" || name == was {
			return ""
		}
		return was
	}
	switch e.part {
	case EditApplication:
		a := slices.Clone(doc.Applications)
		a[0].Formerly, doc.Applications = formerly(a[0].Name), a
		return a[0].Name
	case EditGroup:
		g := slices.Clone(doc.Groups)
		g[0].Formerly, doc.Groups = formerly(g[0].Name), g
		return g[0].Name
	}
	return doc.Tenant.Name
}

// taken reports whether another one of the tenant is called so.
func (e *Edit) taken(s State, name string) bool {
	switch e.part {
	case EditApplication:
		return slices.ContainsFunc(s.Applications, func(a account.Application) bool { return a.Name == name && a.ID != e.subject })
	case EditGroup:
		return slices.ContainsFunc(s.Groups, func(g account.Group) bool { return g.Name == name && g.ID != e.subject })
	}
	return false
}

// before returns what is known of the thing, and whether it is there, or is new.
func (e *Edit) before(s State) (facts, bool) {
	if e.subject == "" {
		return facts{}, true
	}
	switch e.part {
	case EditApplication:
		if i := slices.IndexFunc(s.Applications, func(a account.Application) bool { return a.ID == e.subject }); i >= 0 {
			return applicationFacts(s.Applications[i]), true
		}
	case EditGroup:
		if i := slices.IndexFunc(s.Groups, func(g account.Group) bool { return g.ID == e.subject }); i >= 0 {
			return groupFacts(s.Groups[i]), true
		}
	case EditTenant:
		return tenantFacts(s.Tenants[0]), true
	}
	return nil, false
}

// Fingerprint tells one state of a tenant, an application or a group from another.
func Fingerprint[T account.Tenant | account.Application | account.Group](thing T) string {
	switch one := any(thing).(type) {
	case account.Tenant:
		return tenantFacts(one).fingerprint()
	case account.Application:
		return applicationFacts(one).fingerprint()
	case account.Group:
		return groupFacts(one).fingerprint()
	}
	return ""
}

func (f facts) fingerprint() string {
	h := sha256.New()
	for _, field := range diff(facts{}, f) {
		fmt.Fprintf(h, "%q %q\n", field.Name, field.After)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
