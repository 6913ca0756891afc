package portal

import (
	"net/http"
	"net/url"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/store/lasting"
)

// loginView is a login as its person is shown it.
type loginView struct {
	lasting.OwnLogin
	Place string            // from where it came; empty: not known
	About []approval.Detail // what else was asked, as in the portal
	Path  string            // where it is reported; empty: there is nothing to report
	Step  string            // key of what was confirmed in the portal; empty: it was a login
}

type loginsBody struct {
	pages.Pager
	Logins []loginView
}

func (p Portal) logins(w http.ResponseWriter, v *Visit) error {
	page, err := newest(v)
	if err != nil {
		return err
	}
	found, err := p.Store.OwnLogins(v.Context(), v.Tenant(), v.ExternalID(), page)
	if err != nil {
		return err
	}
	var b loginsBody
	found, b.Pager = pages.Paged(v.URL, found, atOnce, func(l lasting.OwnLogin) string { return pages.CursorAt(l.DecidedAt, l.Approval) })
	for _, one := range found {
		b.Logins = append(b.Logins, p.viewed(v, one))
	}
	return p.write(w, v, "logins", b)
}

// atOnce are on one page of a list.
const atOnce = 20

// newest is the page of a list that somebody asks for.
func newest(v *Visit) (lasting.Before, error) {
	at, id, err := pages.ReadCursorAt(v.URL)
	return lasting.Before{At: at, ID: id, Limit: atOnce + 1}, err
}

// viewed reads what the phones were shown, or what was known where nobody was asked.
func (p Portal) viewed(v *Visit, l lasting.OwnLogin) loginView {
	one := loginView{OwnLogin: l}
	var where approval.Browser
	if d, err := approval.ParseDocument(l.Document); err == nil {
		where, one.About = d.Browser, d.Details
	}
	c, err := approval.ParseContext(l.Context)
	if err == nil && where.Name == "" {
		where = approval.Browser{Name: c.Family, OS: c.System, Country: c.Country}
	}
	one.Place = p.place(v, where)
	if what := "detail." + c.Step; c.Step != "" && p.frame.Has(what) {
		one.Step, one.About = what, one.About[min(1, len(one.About)):] // the first says the same, in the language of then
		for i := range one.About {
			if label, ok := p.texts.In(v.Page.Lang, "detail.about."+c.Step); ok {
				one.About[i].Label = label
			}
		}
	}
	if l.Status == approval.StatusApproved && !l.Reported {
		one.Path = "/portal/logins/" + url.PathEscape(l.Approval)
	}
	return one
}

// reporting says what will happen.
func (p Portal) reporting(w http.ResponseWriter, v *Visit) error {
	l, err := p.Store.OwnLogin(v.Context(), v.Tenant(), v.ExternalID(), v.PathValue("approval"))
	if err != nil {
		return err
	}
	return p.write(w, v, "reporting", p.viewed(v, l))
}

// report needs no confirmation: it only takes trust away, and whoever has to do it may have no phone any more.
func (p Portal) report(w http.ResponseWriter, v *Visit) error {
	err := p.Store.ReportLogin(v.Context(), v.Tenant(), v.ExternalID(), v.PathValue("approval"), guard.ActorOf(v.Context()))
	if err != nil {
		return err
	}
	return p.onward(w, v, "/portal/logins?done=reported")
}
