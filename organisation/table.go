package organisation

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Table is a list of accounts of one tenant, as CSV. A column that it does not have stays as it is with each account that
// there is; a cell that is empty brings the default.
type Table struct {
	Mistakes Mistakes // of what can be seen without knowing what there is

	tenant  string
	region  string
	columns []string
	rows    []Account
	lines   []int
}

// maxTable is room for a million accounts.
const maxTable = 256 << 20

// ReadTable reads a CSV (RFC 4180; UTF-8; commas or semicolons) of the tenant with the id. The header names the columns.
// Region is where a telephone number without country code belongs; empty: each needs one.
func ReadTable(r io.Reader, tenant, region string) (*Table, error) {
	t := &Table{tenant: tenant, region: region}
	text, err := readText(r, maxTable, &t.Mistakes)
	if err != nil || len(t.Mistakes) > 0 {
		return t, err
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.Comma, in.FieldsPerRecord, in.ReuseRecord = separator(text), -1, true
	t.read(in)
	return t, nil
}

// separator is what separates the names of the header, in which neither occurs.
func separator(text []byte) rune {
	header, _, _ := bytes.Cut(text, []byte("\n"))
	if bytes.ContainsRune(header, ';') {
		return ';'
	}
	return ','
}

func (t *Table) read(in *csv.Reader) {
	seen := map[string]int{}
	for first := true; ; first = false {
		cells, err := in.Read()
		switch {
		case errors.Is(err, io.EOF) && first:
			t.Mistakes.add(1, "", "there is nothing in the file; its first line names the columns: "+strings.Join(columns, ", "))
			return
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.unreadable(err)
			return
		}
		line, _ := in.FieldPos(0)
		if first {
			if !t.header(line, cells) {
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
		t.Mistakes.add(1, "", err.Error())
		return
	}
	t.Mistakes.add(wrong.StartLine, "", `this is not CSV: a cell with a quote must stand in quotes, and the quote twice: "Depot ""Nord"""`)
}

// header reports whether the columns are clear.
func (t *Table) header(line int, cells []string) bool {
	before := len(t.Mistakes)
	for _, cell := range cells {
		name := strings.TrimSpace(cell)
		switch {
		case !slices.Contains(columns, name):
			t.Mistakes.add(line, name, "there is no such column; there are "+strings.Join(columns, ", "))
		case slices.Contains(t.columns, name):
			t.Mistakes.add(line, name, "stands twice in the header")
		}
		t.columns = append(t.columns, name)
	}
	if !slices.Contains(t.columns, "account") {
		t.Mistakes.add(line, "account", "this column is missing: it says which account a line is about")
	}
	return len(t.Mistakes) == before
}

func (t *Table) row(line int, cells []string, seen map[string]int) {
	if len(cells) != len(t.columns) {
		t.Mistakes.add(line, "", fmt.Sprintf("has %d cells where the header has %d", len(cells), len(t.columns)))
		return
	}
	tell := func(field string, err error) {
		_, what := refused(err)
		t.Mistakes.add(line, field, what)
	}
	var a Account
	for i, column := range t.columns {
		if err := a.set(column, strings.Clone(cells[i])); err != nil {
			tell(column, err)
		}
	}
	a.check(t.region, tell)
	if first, twice := seen[a.ExternalID]; twice {
		t.Mistakes.add(line, "account", fmt.Sprintf("stands in line %d already", first))
		return
	}
	seen[a.ExternalID] = line
	t.rows, t.lines = append(t.rows, a), append(t.lines, line)
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
		a.Phone = strings.TrimPrefix(cell, "'") // by which spreadsheets, and our own list, keep a plus from being a formula
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
	return Wanted{Tenants: []string{t.tenant}, Accounts: loginNumbers(t.rows)}
}

// Plan implements Source.
func (t *Table) Plan(s State, random io.Reader) (Plan, Mistakes, error) {
	p := &planner{state: s, random: random}
	if len(s.Tenants) != 1 {
		p.mistakes.add(1, "", "there is no tenant "+t.tenant+", or it was revoked")
		return p.plan, p.mistakes, nil
	}
	p.plan.Tenant = s.Tenants[0]
	p.planAccounts(rows{t.rows, t.columns, func(i int, field, what string) { p.mistakes.add(t.lines[i], field, what) }})
	return p.plan, p.mistakes, p.failed
}
