package usage

import (
	"context"
	"net/http"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/guard"
)

// line is what one account used that one payer pays for.
type line struct {
	Payer        string          `json:"payer"`
	Account      string          `json:"account"`
	Messages     int64           `json:"messages"`
	Amount       ledger.Amount   `json:"amount"`
	Currency     ledger.Currency `json:"currency"`
	LateMessages int64           `json:"late_messages"`
	LateAmount   ledger.Amount   `json:"late_amount"`
}

// total is the sum of all lines in one currency, on all pages.
type total struct {
	Messages     int64           `json:"messages"`
	Amount       ledger.Amount   `json:"amount"`
	Currency     ledger.Currency `json:"currency"`
	LateMessages int64           `json:"late_messages"`
	LateAmount   ledger.Amount   `json:"late_amount"`
	Reserved     int64           `json:"reserved"`
}

type report struct {
	Quarter    string     `json:"quarter"`
	From       time.Time  `json:"from"`
	Until      time.Time  `json:"until"`
	ExportedAt *time.Time `json:"exported_at,omitempty"`
	Usage      []line     `json:"usage"`
	Totals     []total    `json:"totals,omitempty"` // on the first page
	Next       string     `json:"next,omitempty"`
}

func (f Feature) usage(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r)
	if err != nil {
		return err
	}
	if q.csv {
		return f.export(w, r, q)
	}
	answer, err := f.report(r.Context(), q)
	if err != nil {
		return err
	}
	return edge.JSON(w, http.StatusOK, answer)
}

// report reads one line more than it shows, to know whether there is another page.
func (f Feature) report(ctx context.Context, q query) (report, error) {
	limit := q.Limit
	q.Limit++
	found, err := f.Reports.Usage(ctx, guard.TenantOf(ctx), q.UsageFilter)
	if err != nil {
		return report{}, err
	}
	answer, err := f.heading(ctx, q)
	if err != nil {
		return report{}, err
	}
	if len(found) > limit {
		found = found[:limit]
		answer.Next = nextOf(found[limit-1].Key())
	}
	answer.Usage = make([]line, len(found))
	for i, u := range found {
		answer.Usage[i] = shown(u)
	}
	return answer, nil
}

func (f Feature) heading(ctx context.Context, q query) (report, error) {
	from, until, err := f.Reports.Bounds(ctx, guard.TenantOf(ctx), q.Quarter)
	if err != nil {
		return report{}, err
	}
	exported, err := f.Reports.ExportedAt(ctx, guard.TenantOf(ctx), q.Quarter)
	if err != nil {
		return report{}, err
	}
	head := report{Quarter: q.Quarter.String(), From: from.UTC(), Until: until.UTC()}
	if !exported.IsZero() {
		head.ExportedAt = &exported
	}
	if q.After != (ledger.UsageKey{}) {
		return head, nil
	}
	totals, err := f.Reports.Totals(ctx, guard.TenantOf(ctx), q.UsageFilter)
	head.Totals = make([]total, len(totals))
	for i, t := range totals {
		head.Totals[i] = total{t.Messages, t.Amount, t.Currency, t.LateMessages, t.LateAmount, t.Reserved}
	}
	return head, err
}

func shown(u ledger.Usage) line {
	return line{
		Payer: login(u.PayerLogin, u.Payer), Account: login(u.AccountLogin, u.Account), Messages: u.Messages, Amount: u.Amount,
		Currency: u.Currency, LateMessages: u.LateMessages, LateAmount: u.LateAmount,
	}
}

// login calls by its id whose login number is not known any more.
func login(number, id string) string {
	if number == "" {
		return id
	}
	return number
}
