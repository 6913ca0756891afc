package usage

import (
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

// export streams the whole quarter, page by page. What fails before the first line is an answer like any other; afterwards the connection is cut, because a list that ends early looks whole.
func (f Feature) export(w http.ResponseWriter, r *http.Request, q query) error {
	ctx := r.Context()
	q.Limit = exportPage
	page, err := f.Reports.Usage(ctx, guard.TenantOf(ctx), q.UsageFilter)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="usage-`+q.Quarter.String()+`.csv"`)
	_, err = io.WriteString(w, spreadsheet.Line(columns))
	for err == nil {
		if err = send(w, q.Quarter, page); err != nil || len(page) < exportPage {
			return nil // a client that has gone needs no answer
		}
		q.After = page[len(page)-1].Key()
		page, err = f.Reports.Usage(ctx, guard.TenantOf(ctx), q.UsageFilter)
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
