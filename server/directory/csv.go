package directory

import (
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/spreadsheet"
	"github.com/jawort/jawort/store/lasting"
)

// pageTime is how long a client may take for one page of a stream.
const pageTime = 15 * time.Second

// export streams all accounts that fit, page by page. Once it has begun, a fault cuts the connection: a list that is not
// complete must not look like one that is.
func (a Accounts) export(w http.ResponseWriter, r *http.Request, f lasting.AccountFilter) error {
	f.Limit = maxPage
	found, err := a.Store.Accounts(r.Context(), guard.TenantOf(r.Context()), f)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="accounts.csv"`)
	var lines strings.Builder
	lines.WriteString(spreadsheet.Line(organisation.ListColumns))
	for {
		for _, one := range found {
			lines.WriteString(spreadsheet.Line(csvRow(one)))
		}
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(pageTime)) // not every connection has deadlines
		if _, err := io.WriteString(w, lines.String()); err != nil || len(found) < maxPage {
			return nil // a client that has gone needs no answer
		}
		lines.Reset()
		f.After = found[maxPage-1].ExternalID
		if found, err = a.Store.Accounts(r.Context(), guard.TenantOf(r.Context()), f); err != nil {
			edge.Annotate(r.Context(), slog.String("error", err.Error()))
			panic(http.ErrAbortHandler)
		}
	}
}

// csvRow returns the cells of an account, in the order of organisation.ListColumns.
func csvRow(e lasting.Entry) []string {
	interval, used := "", make([]string, 0, len(e.Uses))
	if e.Interval != nil {
		interval = strconv.Itoa(*e.Interval)
	}
	for _, u := range e.Uses {
		used = append(used, u.Name+" "+u.At.UTC().Format(time.RFC3339))
	}
	methods := make([]string, 0, len(e.Methods))
	for _, m := range e.Methods {
		methods = append(methods, string(m))
	}
	return []string{
		e.ExternalID, e.Label, e.GroupName, e.ManagerExternalID, e.Phone, e.Email, e.Language, interval,
		map[bool]string{true: "on", false: "off"}[e.SMSOn], strconv.Itoa(e.Devices), strings.Join(methods, " "), strings.Join(used, "; "),
		e.CreatedAt.UTC().Format(time.RFC3339),
	}
}
