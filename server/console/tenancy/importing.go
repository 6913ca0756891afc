package tenancy

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/jawort/jawort/edge"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/server/console"
	"github.com/jawort/jawort/server/pages"
)

// maxTable and maxLines bound a list: short lines take most room when they are read. maxForm bounds the form that brings it a second time, in base64.
const (
	maxTable = 4 << 20
	maxLines = 100_000
	maxForm  = 6 << 20
)

func (t Tenancy) mountImport(r *console.Rooms) {
	const at = "/console/tenants/{tenant}/import"
	uploads, applies := heads, fresh
	uploads.Upload, applies.Upload = maxForm, maxForm
	r.Page("GET "+at, heads, t.importForm)
	r.Page("POST "+at, uploads, t.alone(t.planImport))
	r.Page("POST "+at+"/apply", applies, t.alone(t.applyImport))
}

// errImporting refuses to read a second list of a tenant at once: each may be long, and the second waits for the first on a connection that others need.
var errImporting = pages.Fault{Status: http.StatusTooManyRequests, Text: "import.taken"}

func (t Tenancy) alone(read func(http.ResponseWriter, *console.Visit) error) func(http.ResponseWriter, *console.Visit) error {
	return func(w http.ResponseWriter, v *console.Visit) error {
		end, ok := t.importing.Begin(v.Tenant.ID)
		if !ok {
			return errImporting
		}
		defer end()
		return read(w, v)
	}
}

// importBody is a list on its way.
type importBody struct {
	Columns  []string // that a list may have
	Read     []string // that this one has
	Ignored  []string
	Count    organisation.Count
	Planned  bool // Count is what would change
	Nothing  bool // that would change
	Mistakes []mistake
	More     int    // mistakes, or accounts, that are not shown
	Table    string // the list, in base64, to be sent again
	Agreed   string // digest of what would change
}

// maxTold bounds how many mistakes or accounts are told at once.
const maxTold = 50

func (t Tenancy) importForm(w http.ResponseWriter, v *console.Visit) error {
	return v.Write(w, "import", importBody{Columns: organisation.TableColumns()})
}

// planImport shows what a list would change, and changes nothing.
func (t Tenancy) planImport(w http.ResponseWriter, v *console.Visit) error {
	text, err := uploaded(v)
	if err != nil {
		return err
	}
	table, err := tableOf(v, text)
	if err != nil {
		return err
	}
	b := importBody{Columns: organisation.TableColumns(), Read: table.Columns, Ignored: table.Ignored}
	plans, err := t.Organisation.Plan(v.Context(), table.Mistakes, table)
	if err != nil {
		return b.mistaken(w, v, err)
	}
	b.Planned, b.Nothing, b.Count = true, plans[0].Empty(), plans[0].Count()
	b.Table, b.Agreed = base64.RawURLEncoding.EncodeToString(text), digest(plans[0])
	if n := len(b.Count.Accounts); n > maxTold {
		b.Count.Accounts, b.More = b.Count.Accounts[:maxTold], n-maxTold
	}
	return v.Write(w, "import", b)
}

var errNoFile = errors.New("tenancy: the form brought no file")

// uploaded returns the file that the form brought.
func uploaded(v *console.Visit) ([]byte, error) {
	f, _, err := v.FormFile("table")
	if err != nil {
		return nil, edge.ErrNoRoute.Because(errNoFile)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxTable+1))
	if err == nil && len(text) > maxTable {
		err = console.ErrTooLarge
	}
	return text, err
}

// errLong refuses a list of so many lines that one tenant's would take the memory of all.
var errLong = pages.Fault{Status: http.StatusRequestEntityTooLarge, Text: "import.long"}

func tableOf(v *console.Visit, text []byte) (*organisation.Table, error) {
	if bytes.Count(text, []byte("\n")) > maxLines {
		return nil, errLong
	}
	return organisation.ReadTable(bytes.NewReader(text), v.Tenant.ID, v.Tenant.Policy.Region)
}

// mistake is one of a list, in the language of the reader.
type mistake struct {
	Line         int
	Column, What string
}

// mistaken tells what is wrong with the list.
func (b importBody) mistaken(w http.ResponseWriter, v *console.Visit, err error) error {
	var found organisation.Mistakes
	if !errors.As(err, &found) {
		return err
	}
	for _, m := range found[:min(len(found), maxTold)] {
		b.Mistakes = append(b.Mistakes, mistake{m.Line, m.Path, v.Text("mistake."+m.Code, m.Args...)})
	}
	b.More = len(found) - len(b.Mistakes)
	v.Page.Status, v.Page.Wrong = http.StatusUnprocessableEntity, v.Text("import.wrong")
	return v.Write(w, "import", b)
}

// applyImport does what was shown, or, where that is not what the list would change any more, nothing.
func (t Tenancy) applyImport(w http.ResponseWriter, v *console.Visit) error {
	text, err := base64.RawURLEncoding.DecodeString(v.PostFormValue("list"))
	if err != nil || len(text) > maxTable {
		return edge.ErrNoRoute
	}
	table, err := tableOf(v, text)
	if err != nil {
		return err
	}
	p := progress{w: w, visit: v}
	_, err = t.Organisation.ApplyTelling(v.Context(), v.Actor(), p.told, table.Mistakes, agreed{table, v.PostFormValue("agreed")})
	if p.begun {
		p.conclude(err)
		return nil
	}
	if err != nil {
		return importBody{Columns: organisation.TableColumns(), Read: table.Columns, Ignored: table.Ignored}.mistaken(w, v, err)
	}
	return v.Onward(w, v.Base()+"/import?done=imported")
}

// agreed is a list that is applied only where it changes what somebody was shown.
type agreed struct {
	*organisation.Table
	digest string
}

// Plan implements the source's.
func (a agreed) Plan(s organisation.State, random io.Reader) (organisation.Plan, organisation.Mistakes, error) {
	p, mistakes, err := a.Table.Plan(s, random)
	if err == nil && len(mistakes) == 0 && digest(p) != a.digest {
		err = organisation.ErrMeanwhile
	}
	return p, mistakes, err
}

// digest tells one plan from another: which accounts, and what becomes of them.
func digest(p organisation.Plan) string {
	h := sha256.New()
	for _, s := range p.Accounts {
		fmt.Fprintf(h, "%q %t\n", s.Name, s.New())
		for _, f := range s.Fields {
			fmt.Fprintf(h, "%q %q %q\n", f.Name, f.Before, f.After)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
