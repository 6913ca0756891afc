package managers

import (
	"context"
	"net/http"
	"net/url"

	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/pages"
	"github.com/jawort/jawort/server/portal"
	"github.com/jawort/jawort/server/usage"
	kept "github.com/jawort/jawort/store/ledger"
)

// costsBody is what the SMS of a quarter cost, by customer.
type costsBody struct {
	pages.Pager
	Quarter  ledger.Quarter
	Quarters []ledger.Quarter // that can be looked at, the latest first
	Totals   []total
	Lines    []line
	Others   bool // what the managed pay for themselves, not what the manager pays
	CSV      string
}

// total is the sum of all pages.
type total struct {
	ledger.Total
	Amount, Late string
}

// line is what one account used.
type line struct {
	ledger.Usage
	Label        string // empty: it is not managed any more
	Amount, Late string
}

const quartersShown = 5

func (m Managers) costs(w http.ResponseWriter, v *portal.Visit) error {
	b := costsBody{}
	var err error
	if b.Quarter, b.Quarters, err = m.quarter(v); err != nil {
		return err
	}
	after, err := afterOf(v.URL)
	if err != nil {
		return err
	}
	of := m.ofQuarter(v, b.Quarter)
	b.Others = of.Others
	totals, err := m.Costs.ManagedTotals(v.Context(), of)
	if err != nil {
		return err
	}
	for _, t := range totals {
		b.Totals = append(b.Totals, total{t, v.Page.Money(t.Amount, t.Currency), v.Page.Money(t.LateAmount, t.Currency)})
	}
	found, err := m.Costs.ManagedUsage(v.Context(), of, after, perPage+1)
	if err != nil {
		return err
	}
	found, b.Pager = pages.Paged(v.URL, found, perPage, placeOf)
	if b.Lines, err = m.lines(v, found); err != nil {
		return err
	}
	b.CSV = "/portal/costs/usage.csv?quarter=" + b.Quarter.String()
	if b.Others {
		b.CSV += "&who=others"
	}
	return m.desk.Write(w, v, "costs", b)
}

// ofQuarter is what is asked for: what the manager pays, or what the managed pay for themselves.
func (m Managers) ofQuarter(v *portal.Visit, q ledger.Quarter) kept.Of {
	return kept.Of{Tenant: v.Tenant(), Manager: manager(v), Quarter: q, Others: v.URL.Query().Get("who") == "others"}
}

// quarter is the one that is asked for, else the one that runs, among those that can be looked at.
func (m Managers) quarter(v *portal.Visit) (q ledger.Quarter, all []ledger.Quarter, err error) {
	settings, err := m.Costs.Settings(v.Context(), v.Tenant())
	if err != nil {
		return q, nil, err
	}
	zone, err := settings.Zone()
	if err != nil {
		return q, nil, err
	}
	for at := m.Now(); len(all) < quartersShown; {
		running := ledger.QuarterOf(at, zone)
		all = append(all, running)
		from, _ := running.Bounds(zone)
		at = from.Add(-1)
	}
	if text := v.URL.Query().Get("quarter"); text != "" {
		q, err = ledger.ParseQuarter(text)
		return q, all, err
	}
	return all[0], all, nil
}

// lines calls those by their labels whom the manager manages now; anybody else by the number under which they were charged.
func (m Managers) lines(v *portal.Visit, found []ledger.Usage) ([]line, error) {
	ids := make([]string, len(found))
	for i, u := range found {
		ids[i] = u.Account
	}
	labels, err := m.Store.ManagedLabels(v.Context(), manager(v), ids)
	lines := make([]line, len(found))
	for i, u := range found {
		lines[i] = line{u, labels[u.Account], v.Page.Money(u.Amount, u.Currency), v.Page.Money(u.LateAmount, u.Currency)}
		if u.Account == manager(v) {
			lines[i].Label = v.Session.AccountLabel
		}
	}
	return lines, err
}

// The place where a page ended, as it stands in the address of the next one.
func placeOf(u ledger.Usage) string {
	return pages.Cursor(string(u.Currency), u.Payer, u.Account, u.AccountLogin)
}

func afterOf(list *url.URL) (ledger.Usage, error) {
	parts, err := pages.ReadCursor(list, 4)
	if err != nil {
		return ledger.Usage{}, err
	}
	return ledger.Usage{Currency: ledger.Currency(parts[0]), Payer: parts[1], Account: parts[2], AccountLogin: parts[3]}, nil
}

// export streams the quarter as CSV, as the API does.
func (m Managers) export(w http.ResponseWriter, v *portal.Visit) error {
	q, _, err := m.quarter(v)
	if err != nil {
		return err
	}
	of := m.ofQuarter(v, q)
	return usage.Export(w, v.Request, q, func(ctx context.Context, after ledger.Usage, limit int) ([]ledger.Usage, error) {
		return m.Costs.ManagedUsage(ctx, of, after, limit)
	})
}
