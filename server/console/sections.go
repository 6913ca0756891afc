package console

import (
	"io/fs"
	"strings"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/operator"
	"github.com/jawort/jawort/server/pages"
)

// Section is a subject with pages of its own.
type Section struct {
	Own   fs.FS // its templates/*.html and texts/{de,en}.json, whose names no other section has
	Menu  []Entry
	Mount func(*Rooms)
}

// Entry is one of the menu, or, where its path is below the tenant's ("accounts" and not "/console/live"), of a tenant's menu.
type Entry struct {
	Path  string
	Text  string // key
	Roles []operator.Role
	House bool // not for operators of one tenant
}

func (e Entry) ofTenant() bool { return !strings.HasPrefix(e.Path, "/") }

func (e Entry) isFor(o operator.Operator) bool {
	return o.Is(e.Roles...) && (o.Tenant == "" || !e.House)
}

// menu are the entries for the operator; base is where a tenant's begin, empty for those of the console.
func (c *Console) menu(o operator.Operator, base, path string) []pages.Link {
	var all []pages.Link
	for _, e := range c.menus {
		if e.ofTenant() != (base != "") || !e.isFor(o) {
			continue
		}
		url := e.Path
		if base != "" {
			url = strings.TrimSuffix(base+"/"+e.Path, "/")
		}
		here := path == url || (strings.HasPrefix(path, url+"/") && url != base)
		all = append(all, pages.Link{URL: url, Text: e.Text, Here: here})
	}
	return all
}

// TenantURL is where the pages of a tenant begin.
func TenantURL(t account.Tenant) string { return tenantPath + t.ID }

// Texts are those of the console, which sections may use.
var Texts fs.FS = own
