package organisation

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jawort/jawort/spreadsheet"
)

// Table is a list of accounts of one tenant, as CSV. A column that it does not have stays as it is with each account that
// there is; a cell that is empty brings the default.
type Table struct {
	Mistakes Mistakes // of what can be seen without knowing what there is
	Columns  []string // that it brings, in the order of the header
	Ignored  []string // that it has because Jawort's list has them

	tenant string
	region string
	header []string
	rows   []Account
	lines  []int
	spelt  map[string]string // accounts whose guard was undone: how the cell has them, by login number
}

// ReadTable reads a CSV (RFC 4180; UTF-8; commas, semicolons or tabs) of the tenant with the id. The header names the
// columns. Region is where a telephone number without country code belongs; empty: each needs one.
func ReadTable(r io.Reader, tenant, region string) (*Table, error) {
	t := &Table{tenant: tenant, region: region, spelt: map[string]string{}}
	text, err := readTableText(r, &t.Mistakes)
	if err != nil || len(t.Mistakes) > 0 {
		return t, err
	}
	comma, told, err := separator(text)
	if err != nil {
		t.Mistakes.because(1, "", reasonOf("", err))
		return t, nil
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.ReuseRecord = comma, -1, true
	if told {
		if _, err := in.Read(); err != nil {
			t.unreadable(err)
			return t, nil
		}
	}
	t.read(in)
	return t, nil
}

func (t *Table) read(in *csv.Reader) {
	seen := map[string]int{}
	for first := true; ; first = false {
		cells, err := in.Read()
		switch {
		case errors.Is(err, io.EOF) && first:
			t.Mistakes.because(1, "", why("empty", "there is nothing in the file; its first line names the columns: %s", strings.Join(columns, ", ")))
			return
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.unreadable(err)
			return
		}
		line, _ := in.FieldPos(0)
		if first {
			if !t.head(line, cells) {
				return
			}
			continue
		}
		t.row(line, cells, seen)
	}
}

// unreadable ends reading: where a quote is not closed nobody knows what belongs to what.
func (t *Table) unreadable(err error) {
	var wrong *csv.ParseError
	if !errors.As(err, &wrong) {
		t.Mistakes.because(1, "", why("not-csv", err.Error()))
		return
	}
	t.Mistakes.because(wrong.StartLine, "", why("not-csv", `this is not CSV: a cell with a quote must stand in quotes, and the quote twice: "Depot ""Nord"""`))
}

// maxColumns is far more than there are.
const maxColumns = 100

// head reports whether the columns are clear.
func (t *Table) head(line int, cells []string) bool {
	before := len(t.Mistakes)
	for i, cell := range cells[:min(len(cells), maxColumns)] { // of more than there are, one is wrong
		name := strings.TrimSpace(cell)
		switch {
		case name == "":
			t.Mistakes.because(line, "", why("column-unnamed", "column %d has no name; give it one or take it out", i+1))
		case slices.Contains(t.header, name):
			t.Mistakes.because(line, name, why("column-twice", "stands twice in the header"))
		case slices.Contains(columns, name):
			t.Columns = append(t.Columns, name)
		case slices.Contains(listed, name):
			t.Ignored = append(t.Ignored, name)
		default:
			t.Mistakes.because(line, name, why("column-unknown", "there is no such column; there are %s; ignored are %s", strings.Join(columns, ", "), strings.Join(listed, ", ")))
		}
		t.header = append(t.header, name)
	}
	if !slices.Contains(t.header, "account") {
		t.Mistakes.because(line, "account", why("column-missing", "this column is missing: it says which account a line is about"))
	}
	return len(t.Mistakes) == before
}

func (t *Table) row(line int, cells []string, seen map[string]int) {
	if len(cells) != len(t.header) {
		t.Mistakes.because(line, "", why("cells", "has %d cells where the header has %d", len(cells), len(t.header)))
		return
	}
	tell := func(field string, err error) { t.Mistakes.because(line, field, reasonOf(field, err)) }
	var a Account
	for i, column := range t.header {
		cell, err := t.plain(column, strings.Clone(cells[i]))
		if err := cmp.Or(err, a.set(column, cell)); err != nil {
			tell(column, err)
		}
		if column == "account" && cell != cells[i] {
			t.spelt[cell] = strings.Clone(cells[i])
		}
	}
	a.check(t.region, tell)
	if first, twice := seen[a.ExternalID]; twice {
		t.Mistakes.because(line, "account", why("twice", "stands in line %d already", first))
		return
	}
	seen[a.ExternalID] = line
	t.rows, t.lines = append(t.rows, a), append(t.lines, line)
}

var errGuard = why("guard", "begins with an apostrophe before =, +, - or @, and nobody can tell whose it is: where the file comes from Jawort's list, "+
	"leave the column created_at in it; otherwise write the apostrophe twice and add an empty column created_at")

// plain undoes the guard of a list by Jawort, which its own columns show. Elsewhere an apostrophe may belong to the value.
// To guess would let somebody who chose the login number '+49… change the account of +49….
func (t *Table) plain(column, cell string) (string, error) {
	bare, guarded := spreadsheet.Unguard(cell)
	switch {
	case !guarded:
		return cell, nil
	case len(t.Ignored) > 0 || column == "phone":
		return bare, nil
	default:
		return cell, errGuard
	}
}

// set takes a cell as it is, whatever it begins with; nothing here is a formula.
func (a *Account) set(column, cell string) (err error) {
	switch column {
	case "account":
		a.ExternalID = cell
	case "label":
		a.Label = cell
	case "group":
		a.Group = cell
	case "manager":
		a.Manager = cell
	case "phone":
		a.Phone = strings.TrimPrefix(cell, "'") // by which people keep a zero in front: no number begins so
	case "email":
		a.Email = cell
	case "language":
		a.Language = cell
	case "interval":
		a.Interval, err = parseDays(cell)
	case "sms":
		if cell != "" {
			a.SMS, err = parseSwitch(cell)
		}
	}
	return err
}

func parseDays(cell string) (*int, error) {
	if cell == "" {
		return nil, nil
	}
	n, err := strconv.Atoi(cell)
	if err != nil {
		return nil, errors.New("must be a whole number of days, or empty for the group's default")
	}
	return &n, nil
}

// Wants implements Source.
func (t *Table) Wants() Wanted {
	alsoSpelt := slices.Sorted(maps.Values(t.spelt))
	return Wanted{Tenants: []string{t.tenant}, Accounts: append(loginNumbers(t.rows), alsoSpelt...), Within: true}
}

// Plan implements Source.
func (t *Table) Plan(s State, random io.Reader) (Plan, Mistakes, error) {
	p := &planner{state: s, random: random}
	if len(s.Tenants) != 1 {
		p.mistakes.because(1, "", why("tenant-gone", "there is no tenant %s, or it was revoked", t.tenant))
		return p.plan, p.mistakes, nil
	}
	p.plan.Tenant = s.Tenants[0]
	p.planAccounts(rows{
		accounts: t.rows, covers: t.Columns, keeps: true,
		refuse: func(i int, field string, r reason) { p.mistakes.because(t.lines[i], field, r) },
	})
	t.doubt(p)
	return p.plan, p.mistakes, p.failed
}

// doubt refuses an account whose guard was undone where another one is called as the cell was, and is not in the file. Some
// programs take off one apostrophe themselves: what the list had for '+49… would then change the account of +49….
func (t *Table) doubt(p *planner) {
	if len(t.spelt) == 0 {
		return
	}
	there := map[string]bool{}
	for _, known := range p.state.Accounts {
		there[known.ExternalID] = true
	}
	for _, row := range t.rows {
		delete(there, row.ExternalID)
	}
	for i, row := range t.rows {
		if cell, guarded := t.spelt[row.ExternalID]; guarded && there[cell] {
			p.mistakes.because(t.lines[i], "account", why("spelt-both", "there is an account of this name with the apostrophe and one without it; a file with both of them is clear"))
		}
	}
}
