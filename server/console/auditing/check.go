package auditing

import (
	"errors"
	"html/template"
	"net/http"
	"time"

	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/store/audit"
)

type checkBody struct {
	Base string
	Runs bool
	Busy bool // another one of this log runs
}

// tellEvery is how often a check says how far it has come.
const tellEvery = 2 * time.Second

// check explains what a check does, and runs one: the page is sent as it goes, so that nothing has to be kept of it, and who leaves ends it.
func (a Auditing) check(w http.ResponseWriter, v *console.Visit) error {
	b := checkBody{Base: base(v), Runs: v.URL.Query().Get("run") != "" && v.Method == http.MethodGet} // HEAD shows nothing, so it reads nothing
	if !b.Runs {
		return v.Write(w, "audit-check", b)
	}
	end, ok := a.busy.Begin(v.Tenant.ID)
	if !ok {
		b.Runs, b.Busy, v.Page.Status = false, true, http.StatusTooManyRequests
		return v.Write(w, "audit-check", b)
	}
	defer end()
	published, err := auditlog.Published(v.Context(), a.Log.Keys)
	if err != nil {
		return err
	}
	rest, err := v.Begin(w, "audit-check", b)
	if err != nil {
		return err
	}
	out := pieces{w, v}
	told := time.Time{}
	found, err := a.Checks.Inspect(v.Context(), v.Tenant.ID, published, func(seen, all int64) {
		if now := a.Now(); now.Sub(told) >= tellEvery {
			told = now
			out.say("", "audit.check.seen", seen, all)
		}
	})
	a.conclude(out, found, err)
	_, _ = w.Write(rest) // a client that has gone needs no answer
	return nil
}

// conclude says what was found. Somebody who reads it may be the only one who does, so our log says it too where the log does not hold.
func (a Auditing) conclude(out pieces, found audit.Check, err error) {
	v := out.visit
	var fault *domain.Fault
	switch {
	case errors.As(err, &fault):
		a.Log.Log.ErrorContext(v.Context(), "an audit log does not hold", "tenant", v.Tenant.ID, "fault", err)
		out.say("note bad", "audit.check.broken", fault.Sequence, string(fault.Kind), fault.Detail)
		out.say("", "audit.check.broken.do")
	case err != nil:
		out.say("note bad", "audit.check.failed")
	default:
		out.say("note good", "audit.check.holds", found.Entries)
		out.say("", "audit.check.found", found.Heads, found.Unsigned(), found.Erased, found.Documents.Intact, found.Documents.Erased, found.Evidence.Intact, found.Evidence.Erased)
		if found.Unexplained > 0 {
			out.say("note warn", "audit.check.unexplained", found.Unexplained)
		}
	}
}

// pieces are the lines of a page that has begun.
type pieces struct {
	w     http.ResponseWriter
	visit *console.Visit
}

func (p pieces) say(class, key string, args ...any) {
	text := p.visit.Text(key, args...)
	line := `<p role="status">`
	if class != "" {
		line = `<p role="status" class="` + class + `">`
	}
	_, _ = p.w.Write([]byte(line + template.HTMLEscapeString(text) + "</p>\n")) // who has gone ends the check by going
	_ = edge.Continue(p.w)
}
