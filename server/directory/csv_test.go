package directory

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/organisation"
	"github.com/jawort/jawort/spreadsheet"
	"github.com/jawort/jawort/store/lasting"
)

// house is a tenant with a group, in which one account manages another.
type house struct {
	group      string
	boss, desk account.Account
}

// newHouse makes one of texts as they may come from outside, or reports that Jawort would keep none such.
func newHouse(group, boss, desk, label, local string, days int) (house, bool) {
	week := days & 7
	h := house{
		group: group,
		boss:  account.Account{ID: "acc_1", Tenant: "ten_1", ExternalID: boss, Label: label, Group: "grp_1", Phone: "+4915228817386", SMSOn: true},
		desk:  account.Account{ID: "acc_2", Tenant: "ten_1", ExternalID: desk, Label: desk, Manager: "acc_1", Email: local + "@post.example", Language: "de", Interval: &week},
	}
	text := func(field, s string) bool { return s != "" && approval.CheckText(field, s) == nil }
	return h, text("group", group) && text("label", label) && boss != desk && account.ValidateExternalID(boss) == nil &&
		account.ValidateExternalID(desk) == nil && reachable(&account.Edit{Email: account.Set(h.desk.Email)}, "") == nil
}

// list is what Jawort answers.
func (h house) list() string {
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	return spreadsheet.Line(organisation.ListColumns) +
		spreadsheet.Line(csvRow(lasting.Entry{Account: h.boss, GroupName: h.group, Devices: 2, Methods: []approval.Method{approval.MethodPush, approval.MethodSMS}})) +
		spreadsheet.Line(csvRow(lasting.Entry{Account: h.desk, ManagerExternalID: h.boss.ExternalID, Uses: []lasting.Use{{Name: h.boss.Label, At: at}, {Name: "Suite", At: at}}}))
}

func (h house) state() organisation.State {
	return organisation.State{
		Tenants: []account.Tenant{{ID: "ten_1", Name: "Muster"}}, Accounts: []account.Account{h.boss, h.desk},
		Groups: []account.Group{{ID: "grp_1", Tenant: "ten_1", Name: h.group}},
	}
}

// saved is the list as spreadsheets save it.
func saved(t *testing.T, list string, comma rune, before string, columns func(string) bool) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(list)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString(before)
	out := csv.NewWriter(&b)
	out.Comma, out.UseCRLF = comma, true
	for _, row := range rows {
		var some []string
		for i, cell := range row {
			if columns(rows[0][i]) {
				some = append(some, cell)
			}
		}
		if err := out.Write(some); err != nil {
			t.Fatal(err)
		}
	}
	out.Flush()
	return b.String()
}

// unchanged wants that importing a file changes nothing of the house.
func (h house) unchanged(t *testing.T, text string) {
	t.Helper()
	table, err := organisation.ReadTable(strings.NewReader(text), "ten_1", "")
	if err != nil {
		t.Fatal(err)
	}
	plan, more, err := table.Plan(h.state(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if mistakes := append(table.Mistakes, more...); len(mistakes) > 0 || !plan.Empty() || plan.Unchanged != 2 {
		t.Errorf("%v\n%+v\nof\n%s", mistakes, plan.Accounts, text)
	}
}

// again imports the list as it is, and as each of the ways of saving it leaves it.
func (h house) again(t *testing.T) {
	t.Helper()
	list, all := h.list(), func(string) bool { return true }
	h.unchanged(t, list)
	for _, comma := range ",;\t" {
		h.unchanged(t, saved(t, list, comma, "", all))
		h.unchanged(t, saved(t, list, comma, "\uFEFF", all))
		h.unchanged(t, saved(t, list, comma, fmt.Sprintf("sep=%c\r\n", comma), all))
	}
}

var nasty = []string{
	"1", "=1+1", "+4915228817386", "'+4915228817386", "''-1", "-", "@anna", "＝1", "'＠", "'", "''", "'s-Gravenhage", `"`, `'"=1`, `a"b`, ";", "a;b,c", ",=1",
	";=1", "sep=;", "account", " leading", "trailing ", "007", "1e5", "TRUE", "#NAME?", "Müller", "日本", "\\", "\\\"",
}

func TestAListThatIsImportedAgainChangesNothing(t *testing.T) {
	t.Parallel()
	for i, text := range nasty {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			h, kept := newHouse(text, text, text+nasty[(i+1)%len(nasty)], text, "'+anna", i)
			if !kept {
				t.Fatal("Jawort would not keep it")
			}
			h.again(t)
		})
	}
}

// Whatever columns somebody takes out of the list, the rest changes nothing, as long as it still shows that it is one.
func TestAColumnThatIsTakenOutOfTheListErasesNothing(t *testing.T) {
	t.Parallel()
	h, _ := newHouse("=group", "+1", "-2", "@label", "'+anna", 0)
	for set := range 1 << len(organisation.ListColumns) {
		kept := map[string]bool{"account": true}
		for i, name := range organisation.ListColumns {
			kept[name] = kept[name] || set&(1<<i) != 0
		}
		if kept["created_at"] {
			h.unchanged(t, saved(t, h.list(), ';', "", func(name string) bool { return kept[name] }))
		}
	}
}

func FuzzAListThatIsImportedAgainChangesNothing(f *testing.F) {
	for i, text := range nasty {
		f.Add(text, nasty[(i+1)%len(nasty)], nasty[(i+2)%len(nasty)], text, "'+anna", 0)
	}
	f.Fuzz(func(t *testing.T, group, boss, desk, label, local string, days int) {
		if h, kept := newHouse(group, boss, desk, label, local, days); kept {
			h.again(t)
		}
	})
}
