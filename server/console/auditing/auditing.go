// Package auditing is the console's section about what happened: it searches the audit log of a tenant, or the installation's own, checks where it lies whether it
// holds, and hands it over. It changes nothing, but for the entry that says who took the log. What an entry is, and when a log holds, package audit knows.
package auditing

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/audit"
)

//go:embed templates/*.html texts/*.json
var own embed.FS

// Checks look whether a log holds.
type Checks interface {
	Inspect(ctx context.Context, tenant string, published jose.JSONWebKeySet, tell func(seen, all int64)) (audit.Check, error)
}

// Auditing is the section.
type Auditing struct {
	Log    auditlog.Log
	Checks Checks
	Now    func() time.Time

	busy *console.Busy
}

// Section implements the console's.
func (a Auditing) Section() console.Section {
	a.busy = &console.Busy{}
	return console.Section{
		Own: own, Mount: a.mount,
		Menu: []console.Entry{
			{Path: "/console/audit", Text: "menu.audit.house", Roles: console.Readers, House: true},
			{Path: "audit", Text: "menu.audit", Roles: console.Readers},
		},
	}
}

func (a Auditing) mount(r *console.Rooms) {
	for path, reach := range map[string]console.Reach{"/console/audit": console.OfHouse, "/console/tenants/{tenant}/audit": console.OfTenant} {
		read := console.Access{Roles: console.Readers, Reach: reach}
		r.Page("GET "+path, read, a.search)
		r.Page("GET "+path+"/check", read, a.check)
		r.Page("GET "+path+"/export", read, a.export)
	}
}

// base is where the pages begin: of the visit's tenant, or of the installation's own log.
func base(v *console.Visit) string { return v.Base() + "/audit" }

// export hands over the whole log, to be verified without us.
func (a Auditing) export(w http.ResponseWriter, v *console.Visit) error {
	name := v.Tenant.ID
	if name == "" {
		name = "installation"
	}
	w.Header().Set("Content-Disposition", `attachment; filename="audit-`+name+`.jsonl"`)
	err := a.Log.Export(w, v.Request)
	if err != nil {
		w.Header().Del("Content-Disposition") // nothing of the log went out: the page that says why is no file
	}
	return err
}
