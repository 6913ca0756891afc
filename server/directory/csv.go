package directory

import (
	"encoding/csv"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/store/lasting"
)

var csvHeader = []string{
	"account", "label", "group", "manager", "phone", "email", "language", "interval", "sms", "devices", "methods", "used", "created_at",
}

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
	out := csv.NewWriter(w)
	_ = out.Write(csvHeader) // what goes wrong is in Error
	for {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(pageTime)) // not every connection has deadlines
		for _, one := range found {
			_ = out.Write(csvRow(one))
		}
		out.Flush()
		if len(found) < maxPage || out.Error() != nil {
			return nil // a client that has gone needs no answer
		}
		f.After = found[maxPage-1].ExternalID
		if found, err = a.Store.Accounts(r.Context(), guard.TenantOf(r.Context()), f); err != nil {
			edge.Annotate(r.Context(), slog.String("error", err.Error()))
			panic(http.ErrAbortHandler)
		}
	}
}

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
	row := []string{
		e.ExternalID, e.Label, e.GroupName, e.ManagerExternalID, e.Phone, e.Email, e.Language, interval,
		map[bool]string{true: "on", false: "off"}[e.SMSOn], strconv.Itoa(e.Devices), strings.Join(methods, " "), strings.Join(used, "; "),
		e.CreatedAt.UTC().Format(time.RFC3339),
	}
	for i := range row {
		row[i] = harmless(row[i])
	}
	return row
}

// harmless keeps a spreadsheet from taking a cell for a formula: labels come from outside. An apostrophe says that text follows.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
