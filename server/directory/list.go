package directory

import (
	"net/http"
	"strings"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

type accountPage struct {
	Accounts []accountView `json:"accounts"`
	Next     string        `json:"next,omitempty"`
}

// list answers the accounts that fit: one page and where the next one begins, or all of them as CSV.
func (a Accounts) list(w http.ResponseWriter, r *http.Request) error {
	filter, err := accountFilter(r.URL.Query())
	if err != nil {
		return err
	}
	return a.answer(w, r, filter)
}

// managed is list for those whose manager is in the path.
func (a Accounts) managed(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if query.Has("manager") {
		return refusal.Field("manager", "stands in the path")
	}
	filter, err := accountFilter(query)
	if err != nil {
		return err
	}
	if _, err := a.Store.Entry(r.Context(), guard.TenantOf(r.Context()), r.PathValue("external_id")); err != nil {
		return err
	}
	filter.Manager = r.PathValue("external_id")
	return a.answer(w, r, filter)
}

func (a Accounts) answer(w http.ResponseWriter, r *http.Request, f lasting.AccountFilter) error {
	csv, err := wantsCSV(r)
	if err != nil {
		return err
	}
	if csv {
		return a.export(w, r, f)
	}
	return a.page(w, r, f)
}

// page reads one more than it shows, to know whether there is one.
func (a Accounts) page(w http.ResponseWriter, r *http.Request, f lasting.AccountFilter) error {
	limit := f.Limit
	f.Limit++
	found, err := a.Store.Accounts(r.Context(), guard.TenantOf(r.Context()), f)
	if err != nil {
		return err
	}
	page := accountPage{Accounts: make([]accountView, 0, len(found))}
	if len(found) > limit {
		found = found[:limit]
		page.Next = found[limit-1].ExternalID
	}
	for _, one := range found {
		page.Accounts = append(page.Accounts, shownAccount(one))
	}
	return edge.JSON(w, http.StatusOK, page)
}

func wantsCSV(r *http.Request) (bool, error) {
	switch r.URL.Query().Get("format") {
	case "":
		return strings.Contains(r.Header.Get("Accept"), "text/csv"), nil
	case "csv":
		return true, nil
	case "json":
		return false, nil
	default:
		return false, refusal.Field("format", "must be json or csv")
	}
}
