package server

import (
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/console/tenancy"
)

// sections are the subjects of the console, in the order of its menus. The first is where it opens.
func sections(o Options) []console.Section {
	return []console.Section{
		tenancy.Tenancy{Store: o.Lasting}.Section(),
	}
}
