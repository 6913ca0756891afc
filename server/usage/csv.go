package usage

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/ledger"
	"github.com/jawort/jawort/server/guard"
	"github.com/jawort/jawort/spreadsheet"
)

// columns name the cells of a line (RFC 4180).
var columns = []string{"quarter", "payer", "account", "messages", "amount", "currency", "late_messages", "late_amount"}

const exportPage = 1000

// CSV answers with a quarter of the caller's tenant.
func (f Feature) CSV(w http.ResponseWriter, r *http.Request, q ledger.Quarter) error {
	return f.export(w, r, query{UsageFilter: ledger.UsageFilter{Quarter: q}})
}

func (f Feature) export(w http.ResponseWriter, r *http.Request, q query) error {
	return Export(w, r, q.Quarter, func(ctx context.Context, after ledger.Usage, limit int) ([]ledger.Usage, error) {
		q.Limit = limit
		if after != (ledger.Usage{}) {
			q.After = after.Key()
		}
		return f.Reports.Usage(ctx, guard.TenantOf(ctx), q.UsageFilter)
	})
}

// Export streams the usage of a quarter, page by page: what comes after a line, at most limit of it. What fails before the first line is an answer like any
// other; afterwards the connection is cut, because a list that ends early looks whole.
func Export(w http.ResponseWriter, r *http.Request, q ledger.Quarter, read func(ctx context.Context, after ledger.Usage, limit int) ([]ledger.Usage, error)) error {
	page, err := read(r.Context(), ledger.Usage{}, exportPage)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="usage-`+q.String()+`.csv"`)
	_, err = io.WriteString(w, spreadsheet.Line(columns))
	for err == nil {
		if err = send(w, q, page); err != nil || len(page) < exportPage {
			return nil // a client that has gone needs no answer
		}
		page, err = read(r.Context(), page[len(page)-1], exportPage)
	}
	edge.Problem(w, r, err) // for the log: the answer has begun
	panic(http.ErrAbortHandler)
}

// pageTime is how long a client may take for one page of an export, however many there are.
const pageTime = 15 * time.Second

func send(w http.ResponseWriter, q ledger.Quarter, page []ledger.Usage) error {
	var b strings.Builder
	for _, u := range page {
		b.WriteString(spreadsheet.Line(cells(q, shown(u))))
	}
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(pageTime)) // not every connection has deadlines
	_, err := io.WriteString(w, b.String())
	return err
}

func cells(q ledger.Quarter, l line) []string {
	return []string{
		q.String(), l.Payer, l.Account, strconv.FormatInt(l.Messages, 10), l.Amount.String(), string(l.Currency),
		strconv.FormatInt(l.LateMessages, 10), l.LateAmount.String(),
	}
}
