package tenancy

import (
	"errors"
	"html/template"
	"log/slog"
	"net/http"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
)

// quiet is up to how many accounts an import is over before anybody would read how far it is.
const quiet = 100

// tellEach is after how many percent more an import says how far it is.
const tellEach = 5

// progress is the page of an import that takes a while. It is sent as the import goes, in one transaction; who leaves ends it, and then nothing is changed.
type progress struct {
	w     http.ResponseWriter
	visit *console.Visit
	begun bool
	rest  []byte // of the page
	next  int    // percent at which to tell again
}

func (p *progress) told(done, total int) {
	if total <= quiet || !p.begin() {
		return
	}
	if percent := done * 100 / total; percent >= p.next {
		p.next = percent + tellEach
		p.say("", "importing.done", done, total, percent)
	}
}

func (p *progress) begin() bool {
	if p.begun {
		return true
	}
	var err error
	p.rest, err = p.visit.Begin(p.w, "importing", nil)
	p.begun = err == nil
	return p.begun
}

// conclude says how it ended.
func (p *progress) conclude(err error) {
	switch {
	case err == nil:
		p.say("note good", "done.imported")
	case errors.Is(err, organisation.ErrMeanwhile):
		p.say("note bad", "refused.code.changed-meanwhile")
	default:
		edge.Annotate(p.visit.Context(), slog.String("import", err.Error()))
		p.say("note bad", "importing.failed")
	}
	_, _ = p.w.Write(p.rest) // a client that has gone needs no answer
}

func (p *progress) say(class, key string, args ...any) {
	line := `<p role="status" class="` + class + `">` + template.HTMLEscapeString(p.visit.Text(key, args...)) + "</p>\n"
	_, _ = p.w.Write([]byte(line)) // who has gone ends the import by going
	_ = edge.Continue(p.w)
}
