package usage

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/id"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/refusal"
)

const (
	defaultPage = 100
	maxPage     = 1000
)

// query is what is asked for.
type query struct {
	ledger.UsageFilter
	csv bool
}

func queryOf(r *http.Request) (query, error) {
	values := r.URL.Query()
	q := query{}
	var err error
	if q.Quarter, err = ledger.ParseQuarter(values.Get("quarter")); err != nil {
		return query{}, err
	}
	if q.csv, err = wantsCSV(r, values.Get("format")); err != nil {
		return query{}, err
	}
	q.Payer, q.Account = values.Get("payer"), values.Get("account")
	for name, login := range map[string]string{"payer": q.Payer, "account": q.Account} {
		if err := approval.CheckText(name, login); err != nil {
			return query{}, err
		}
	}
	if q.After, err = afterOf(values.Get("after")); err != nil {
		return query{}, err
	}
	q.Limit, err = limitOf(values.Get("limit"))
	return q, err
}

// wantsCSV goes by the parameter, and without one by what the client accepts.
func wantsCSV(r *http.Request, format string) (bool, error) {
	switch format {
	case "csv":
		return true, nil
	case "json":
		return false, nil
	case "":
		return strings.Contains(r.Header.Get("Accept"), "text/csv"), nil
	}
	return false, refusal.Field("format", "must be json or csv")
}

func limitOf(text string) (int, error) {
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPage {
		return 0, refusal.Field("limit", "must be 1 to 1000")
	}
	return n, nil
}

// The place where a page ended, as it is given to the caller and comes back.
func nextOf(k ledger.UsageKey) string { return k.Payer + "." + k.Account + "." + string(k.Currency) }

func afterOf(text string) (ledger.UsageKey, error) {
	if text == "" {
		return ledger.UsageKey{}, nil
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 || !id.Valid(id.Account, parts[0]) || !id.Valid(id.Account, parts[1]) || len(parts[2]) != 3 {
		return ledger.UsageKey{}, refusal.Field("after", "must be the next of the page before")
	}
	return ledger.UsageKey{Payer: parts[0], Account: parts[1], Currency: ledger.Currency(parts[2])}, nil
}
