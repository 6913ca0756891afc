package tenancy

import (
	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

// mostCounted is up to where accounts are counted: a look at the overview costs the same among a million.
const mostCounted = 10_000

// room is an entry of the tenant's menu, with what is set up there.
type room struct {
	pages.Link
	Says    string
	Missing bool // something, without which the tenant does not work as people expect
}

// rooms are those that the operator may open.
func rooms(v *console.Visit, o lasting.Outline) (all []room) {
	for _, l := range v.Page.Below {
		if l.Here {
			continue
		}
		one := room{Link: l}
		if says, ok := states[l.Text]; ok {
			s := says(v.Tenant, o)
			one.Says, one.Missing = v.Text("overview."+s.text, s.args...), s.missing
		}
		all = append(all, one)
	}
	return all
}

// state is the text overview.TEXT and what fills it.
type state struct {
	text    string
	missing bool
	args    []any
}

func lack(text string, args ...any) state  { return state{text, true, args} }
func there(text string, args ...any) state { return state{text, false, args} }

// states tell how an entry of the menu stands.
var states = map[string]func(account.Tenant, lasting.Outline) state{
	"menu.applications": func(_ account.Tenant, o lasting.Outline) state {
		switch {
		case o.Applications == 0:
			return lack("no-application")
		case o.Keys == 0:
			return lack("no-key")
		}
		return there("applications", o.Applications, o.Keys)
	},
	"menu.groups": func(_ account.Tenant, o lasting.Outline) state {
		if o.Groups == 0 {
			return there("no-group")
		}
		return there("groups", o.Groups)
	},
	"menu.settings": func(t account.Tenant, _ lasting.Outline) state {
		if t.Policy.Support == (account.Texts{}) {
			return lack("no-support")
		}
		return there("settings")
	},
	"menu.import": func(account.Tenant, lasting.Outline) state { return there("import") },
	"menu.people": func(_ account.Tenant, o lasting.Outline) state {
		switch {
		case o.Accounts == 0:
			return lack("no-account")
		case o.Accounts > mostCounted:
			return there("many-accounts", mostCounted)
		}
		return there("accounts", o.Accounts)
	},
	"menu.webhooks": func(_ account.Tenant, o lasting.Outline) state {
		switch {
		case o.Disabled > 0:
			return lack("disabled", o.Receivers, o.Disabled)
		case o.Receivers == 0:
			return there("no-receiver")
		}
		return there("receivers", o.Receivers)
	},
	"menu.audit": func(account.Tenant, lasting.Outline) state { return there("audit") },
	"menu.costs": func(_ account.Tenant, o lasting.Outline) state {
		if !o.SMS {
			return lack("no-sms")
		}
		return there("costs")
	},
}
