package costs

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/lasting"
	stored "github.com/jawort/jawort/store/ledger"
)

type pageBody struct {
	Quarter       ledger.Quarter
	Before, After string // addresses; After is empty where that has not begun
	CSV           string
	From, Until   time.Time // the last day
	Closed        time.Time // zero: not yet
	Totals        []ledger.Total
	Spending      []line
	Budgets       []budget
	Prices        []price
	Currency      ledger.Currency
	Settings      string // address
	May           bool   // change them
}

// line is what was spent of a pot.
type line struct {
	Of       string
	Spent    ledger.Amount
	Currency ledger.Currency
}

// budget is one with where it stands in its period now.
type budget struct {
	ledger.Budget
	Of, Period string
	Spent      ledger.Amount
	State      string
	Until      time.Time // when it lets nobody through any more; zero: it does not
}

type price struct {
	Prefix string
	Price  ledger.Amount
}

func (c Costs) page(w http.ResponseWriter, v *console.Visit) error {
	q, now, err := c.quarter(v)
	if err != nil {
		return err
	}
	b, base := pageBody{Quarter: q}, v.Base()+"/costs"
	b.Before, b.CSV = base+"?quarter="+before(q).String(), base+"/usage.csv?quarter="+q.String()
	if q != ledger.QuarterOf(now, now.Location()) {
		b.After = base + "?quarter=" + q.Next().String()
	}
	if err := c.totals(v, &b); err != nil {
		return err
	}
	settings, err := c.Ledger.Settings(v.Context(), v.Tenant.ID)
	if err != nil {
		return err
	}
	applications, groups, err := c.subjects(v)
	if err != nil {
		return err
	}
	called := names(v, applications, groups)
	if err := c.spending(v, &b, called); err != nil {
		return err
	}
	if err := c.budgets(v, &b, called, settings, now); err != nil {
		return err
	}
	b.Currency, b.Settings, b.May = settings.Currency, at(v), v.MayChange()
	for _, prefix := range slices.Sorted(maps.Keys(settings.Prices)) {
		b.Prices = append(b.Prices, price{prefix, settings.Prices[prefix]})
	}
	return v.Write(w, "costs", b)
}

// before is the quarter that came before.
func before(q ledger.Quarter) ledger.Quarter {
	if q.Number == 1 {
		return ledger.Quarter{Year: q.Year - 1, Number: 4}
	}
	return ledger.Quarter{Year: q.Year, Number: q.Number - 1}
}

func (c Costs) totals(v *console.Visit, b *pageBody) (err error) {
	ctx, tenant := v.Context(), v.Tenant.ID
	if b.From, b.Until, err = c.Ledger.Bounds(ctx, tenant, b.Quarter); err != nil {
		return err
	}
	v.Page.Zone = b.From.Location() // months and quarters have a time zone of their own
	b.Until = b.Until.AddDate(0, 0, -1)
	if b.Closed, err = c.Ledger.ExportedAt(ctx, tenant, b.Quarter); err != nil {
		return err
	}
	b.Totals, err = c.Ledger.Totals(ctx, tenant, ledger.UsageFilter{Quarter: b.Quarter})
	return err
}

// subjects are what budgets are of: the tenant's applications and groups.
func (c Costs) subjects(v *console.Visit) ([]account.Application, []lasting.GroupName, error) {
	applications, err := c.Names.Applications(v.Context(), v.Tenant.ID)
	if err != nil {
		return nil, nil, err
	}
	groups, err := c.Names.GroupNames(v.Context(), v.Tenant.ID)
	return applications, groups, err
}

// names are those of applications and groups, by id.
func names(v *console.Visit, applications []account.Application, groups []lasting.GroupName) map[string]string {
	called := map[string]string{}
	for _, a := range applications {
		called[a.ID] = a.Name
	}
	for _, g := range groups {
		called[g.ID] = g.Name
		if g.Deleted {
			called[g.ID] = v.Text("costs.deleted", g.Name)
		}
	}
	return called
}

// of says what is paid for; what is not there any more is called by its id.
func of(v *console.Visit, p ledger.Pot, called map[string]string) string {
	key := "costs.scope." + string(p.Scope)
	if p.Scope == ledger.ScopeTenant {
		return v.Text(key)
	}
	name, ok := called[p.Subject]
	if !ok {
		name = p.Subject
	}
	return v.Text(key, name)
}

func (c Costs) spending(v *console.Visit, b *pageBody, called map[string]string) error {
	found, err := c.Ledger.Spendings(v.Context(), v.Tenant.ID, b.Quarter.String())
	for _, s := range found {
		b.Spending = append(b.Spending, line{of(v, s.Pot, called), s.Spent, s.Currency})
	}
	slices.SortStableFunc(b.Spending, func(x, y line) int { return strings.Compare(x.Of, y.Of) })
	return err
}

// budgets say where each stands in the month or quarter that runs, whichever is looked at.
func (c Costs) budgets(v *console.Visit, b *pageBody, called map[string]string, s ledger.Settings, now time.Time) error {
	spent := map[ledger.Pot]stored.Spending{}
	for _, cycle := range []ledger.Cycle{ledger.Monthly, ledger.Quarterly} {
		found, err := c.Ledger.Spendings(v.Context(), v.Tenant.ID, cycle.Period(now, now.Location()))
		if err != nil {
			return err
		}
		for _, one := range found {
			if one.Currency == s.Currency {
				spent[one.Pot] = one
			}
		}
	}
	for _, limit := range s.Budgets {
		pot := limit.Pot(now, now.Location())
		one := spent[pot]
		is := budget{Budget: limit, Of: of(v, pot, called), Period: pot.Period, Spent: one.Spent}
		is.State, is.Until = standing(v, limit, one)
		b.Budgets = append(b.Budgets, is)
	}
	return nil
}

// standing says what a budget does at the moment, or until when it lets those through who have nothing else: what was told under another limit counts no more.
func standing(v *console.Visit, b ledger.Budget, s stored.Spending) (text string, until time.Time) {
	same := s.Limit == b.Limit
	switch {
	case b.Limit == 0:
		return v.Text("costs.state.forbidden"), time.Time{}
	case same && !s.AlarmedAt.IsZero():
		return "", s.AlarmedAt.Add(ledger.Grace)
	case same && !s.StoppedAt.IsZero():
		return v.Text("costs.state.stopped"), time.Time{}
	case same && !s.WarnedAt.IsZero():
		return v.Text("costs.state.warned", b.WarnAt), time.Time{}
	default:
		return v.Text("costs.state.open"), time.Time{}
	}
}
