package organisation_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
)

// imported plans a table on a state.
func imported(t testing.TB, text, region string, s organisation.State) (organisation.Plan, error) {
	t.Helper()
	table, err := organisation.ReadTable(strings.NewReader(text), "ten_1", region)
	must(t, err)
	plan, more, err := table.Plan(known(s, table.Wants()), rand.Reader)
	must(t, err)
	return plan, append(table.Mistakes, more...).Sorted()
}

func TestEveryMistakeOfATableIsToldWithItsLine(t *testing.T) {
	golden(t, "testdata/tables/*.csv", func(t *testing.T, text string) string {
		_, err := imported(t, text, "", muster(t))
		return told(t, err)
	})
}

// accountsOf returns the accounts that a plan writes, by login number.
func accountsOf(p organisation.Plan) map[string]account.Account {
	all := map[string]account.Account{}
	for _, s := range p.Accounts {
		all[s.Name] = s.After
	}
	return all
}

func TestATableIsReadHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"commas":         "account,label,group\n4,\"A, B\",brokers\n",
		"semicolons":     "account;label;group\n4;A, B;brokers\n",
		"a mark":         "\uFEFFaccount,label,group\n4,\"A, B\",brokers\n",
		"other lines":    "account,label,group\r\n4,\"A, B\",brokers\r\n",
		"tabs":           "account\tlabel\tgroup\n4\tA, B\tbrokers\n",
		"told":           "sep=;\r\naccount;label;group\r\n4;A, B;brokers\r\n",
		"told in quotes": "\uFEFF\"Sep=,\"\naccount,label,group\n4,\"A, B\",brokers\n",
		"told: a tab":    "\nsep=\t\naccount\tlabel\tgroup\n4\tA, B\tbrokers\n",
		"from the list":  "\uFEFFused;account;devices;label;group\r\n\"Portal;\r\nSuite\";4;many;A, B;brokers\r\n",
		"another order":  "group,label,account\nbrokers,\"A, B\",4",
		"spaces and gap": " account , label , group \n\n4,\"A, B\",brokers\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := imported(t, text, "", muster(t))
			must(t, err)
			if a := accountsOf(p)["4"]; a.Label != "A, B" || a.Group != "grp_1" {
				t.Errorf("it is %+v", a)
			}
		})
	}
}

func TestAListOfNothingButMistakesTakesLittleRoom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		most int
	}{
		"columns without a name": {"account" + strings.Repeat(";", 1<<20), 100},
		"columns of any name":    {"account" + strings.Repeat(";x", 20_000), 100},
		"one account":            {"account\n" + strings.Repeat("1\n", 1<<20), 10_000},
		"cells too many":         {"account\n" + strings.Repeat(";\n", 1<<20), 10_000},
		"cells all wrong":        {"account;label;phone;interval;sms\n" + strings.Repeat(";;x;x;x\n", 1<<17), 10_000},
	} {
		_, err := imported(t, c.text, "DE", organisation.State{Tenants: []account.Tenant{{ID: "ten_1"}}})
		if found := (organisation.Mistakes{}); !errors.As(err, &found) || len(found) > c.most {
			t.Errorf("%s: %d mistakes", name, len(found))
		}
	}
}

func TestACellIsDataWhateverItBeginsWith(t *testing.T) {
	t.Parallel()
	p, err := imported(t, "account,label,phone\n=1+1,\"=HYPERLINK(\"\"x\"\")\",'+49 152 28817386\n", "", muster(t))
	must(t, err)
	if a := accountsOf(p)["=1+1"]; a.Label != `=HYPERLINK("x")` || a.Phone != "+4915228817386" {
		t.Errorf("it is %+v", a)
	}
}

func TestAColumnThatIsMissingStaysAndAnEmptyCellIsTheDefault(t *testing.T) {
	t.Parallel()
	p, err := imported(t, "account,phone,label\n1,+49 152 28895456,\n2,+49 152 28895456,\n", "", muster(t))
	must(t, err)
	one, two := accountsOf(p)["1"], accountsOf(p)["2"]
	if one.Phone != "+4915228895456" || one.Label != "1" || one.Group != "grp_1" {
		t.Errorf("account 1 is %+v", one)
	}
	if _, planned := accountsOf(p)["2"]; planned || p.Unchanged != 1 {
		t.Errorf("account 2 is changed into %+v", two)
	}
}

func TestANumberWithoutCountryCodeBelongsToTheRegion(t *testing.T) {
	t.Parallel()
	const text = "account,phone\n4,0152 28817386\n"
	p, err := imported(t, text, "DE", muster(t))
	must(t, err)
	if a := accountsOf(p)["4"]; a.Phone != "+4915228817386" {
		t.Errorf("it is %+v", a)
	}
	if _, err := imported(t, text, "", muster(t)); err == nil {
		t.Error("without a region it was guessed")
	}
}

func TestManagersComeBeforeWhomTheyManage(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("account,manager\n")
	const deep = 20_000
	for i := range deep {
		fmt.Fprintf(&text, "a%d,a%d\n", i, i+1)
	}
	fmt.Fprintf(&text, "a%d,1\n", deep)
	p, err := imported(t, text.String(), "", muster(t))
	must(t, err)
	there := map[string]bool{"acc_1": true}
	for _, s := range p.Accounts {
		if !there[s.After.Manager] {
			t.Fatalf("%s comes before its manager", s.Name)
		}
		there[s.After.ID] = true
	}
	if len(p.Accounts) != deep+1 {
		t.Errorf("%d accounts", len(p.Accounts))
	}
}

func FuzzReadTable(f *testing.F) {
	for _, text := range []string{"account,label\n1,x\n", "account;phone\n1;'+49 152 28817386\n2;\"", "\uFEFFaccount\n\n1", "account,manager\n1,2\n2,1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := imported(t, text, "DE", organisation.State{Tenants: muster(t).Tenants})
		if err == nil && len(p.Accounts)+p.Unchanged > strings.Count(text, "\n")+strings.Count(text, "\r") {
			t.Errorf("%d accounts of %q", len(p.Accounts), text)
		}
	})
}
