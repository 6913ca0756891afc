package support

import (
	"net/http"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/methods"
	"github.com/jawort/jawort/store/lasting"
)

// recent is how many logins are shown.
const recent = 10

// personBody is how an account stands.
type personBody struct {
	found
	Base          string
	Entry         lasting.Entry
	Devices       []account.Device
	Methods       methods.View
	Browsers      []account.TrustedBrowser
	Logins        []login
	Reports       []lasting.ReportPause
	Recovery      *account.Recovery // nil: none is under way
	Silent        string            // why phones are not woken, as a key; empty: they are
	SilentTo      time.Time
	LimitsUnknown bool // Redis does not say
	MayAct        bool
}

// Days is the interval that was chosen for the account.
func (b personBody) Days() int { return *b.Entry.Interval }

// login is one that ended, with what its phones were shown.
type login struct {
	lasting.OwnLogin
	Where approval.Browser
	About []approval.Detail
}

// entry returns the account in the path, where it is the tenant's.
func (s Support) entry(v *console.Visit) (lasting.Entry, error) {
	a, err := s.Store.AccountByID(v.Context(), v.Tenant.ID, v.PathValue("account"))
	if err != nil {
		return lasting.Entry{}, err
	}
	e, err := s.Store.Entry(v.Context(), v.Tenant.ID, a.ExternalID)
	if err == nil && e.ID != a.ID { // deleted and made anew in between
		err = account.ErrUnknownAccount
	}
	return e, err
}

func (s Support) person(w http.ResponseWriter, v *console.Visit) error {
	e, err := s.entry(v)
	if err != nil {
		return err
	}
	b := personBody{found: shown(e.Account, e.GroupName), Base: at(v, e.ID), Entry: e, MayAct: v.May(console.Helpers)}
	for _, read := range []func(*console.Visit, *personBody) error{s.means, s.trust, s.past, s.trouble} {
		if err := read(v, &b); err != nil {
			return err
		}
	}
	return v.Write(w, "person", b)
}

func (s Support) means(v *console.Visit, b *personBody) (err error) {
	if b.Devices, err = s.Store.Devices(v.Context(), v.Tenant.ID, b.ExternalID); err != nil {
		return err
	}
	b.Methods, _, err = s.Methods.Show(v.Request, b.ExternalID)
	return err
}

func (s Support) trust(v *console.Visit, b *personBody) (err error) {
	b.Browsers, err = s.Store.TrustedBrowsers(v.Context(), v.Tenant.ID, b.ExternalID)
	return err
}

func (s Support) past(v *console.Visit, b *personBody) error {
	ended, err := s.Store.OwnLogins(v.Context(), v.Tenant.ID, b.ExternalID, lasting.Before{Limit: recent})
	for _, one := range ended {
		l := login{OwnLogin: one}
		if d, err := approval.ParseDocument(one.Document); err == nil {
			l.Where, l.About = d.Browser, d.Details
		}
		if c, err := approval.ParseContext(one.Context); err == nil && l.Where.Name == "" {
			l.Where = approval.Browser{Name: c.Family, OS: c.System, Country: c.Country}
		}
		b.Logins = append(b.Logins, l)
	}
	return err
}

// trouble is what is in the way of the account's person. That Redis is lost keeps nobody from the rest of the page.
func (s Support) trouble(v *console.Visit, b *personBody) (err error) {
	if b.Reports, err = s.Store.ReportPauses(v.Context(), b.ID, recent); err != nil {
		return err
	}
	running, ok, err := s.Store.RunningRecovery(v.Context(), v.Tenant.ID, b.ID)
	if ok {
		b.Recovery = &running
	}
	limits, unknown := s.Limits.Limits(v.Context(), b.ID)
	b.LimitsUnknown = unknown != nil
	if why, until := limits.NoPush(); why != "" {
		b.Silent, b.SilentTo = "person.silent."+why, until
	}
	return err
}
