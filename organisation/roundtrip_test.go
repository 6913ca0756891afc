package organisation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/organisation"
)

// fromList is a list by Jawort, or what a spreadsheet made of it, with these login numbers.
func fromList(cells ...string) string {
	text := "account;phone;created_at\n"
	for _, cell := range cells {
		text += cell + ";+49 171 3920010;2026-12-01T09:00:00Z\n"
	}
	return text
}

func TestTheApostropheOfTheListIsTakenOffOnceAndNoOther(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"'=1+1": "=1+1", "''=1+1": "'=1+1", "'''-": "''-", "'＋49": "＋49", "'s-Gravenhage": "'s-Gravenhage", "''": "''", "=1+1": "=1+1", "'": "'",
	} {
		p, err := imported(t, fromList(cell), "", muster(t))
		must(t, err)
		if _, so := accountsOf(p)[want]; !so || len(p.Accounts) != 1 {
			t.Errorf("%s becomes %+v, want %s", cell, p.Accounts, want)
		}
	}
}

// Whoever may choose a login number chooses one that reads as somebody else's.
func TestALoginNumberWithAnApostropheChangesNobodyElse(t *testing.T) {
	t.Parallel()
	s := muster(t)
	for id, number := range map[string]string{"acc_8": "+4915228817386", "acc_9": "'+4915228817386"} {
		s.Accounts = append(s.Accounts, account.Account{ID: id, Tenant: "ten_1", ExternalID: number, Label: number})
	}
	const victim, attacker = "'+4915228817386", "''+4915228817386" // as the list has them
	for name, text := range map[string]string{
		"a file of one's own":            "account;phone\n'+4915228817386;+49 171 3920010\n",
		"a manager in such a file":       "account;manager\n1;'+4915228817386\n",
		"a list that lost an apostrophe": fromList(attacker[1:]),
		"a list in which each lost one":  fromList(victim[1:], attacker[1:]),
	} {
		if p, err := imported(t, text, "", s); err == nil {
			t.Errorf("%s: it plans %+v", name, p.Accounts)
		}
	}
	p, err := imported(t, fromList(victim, attacker), "", s)
	must(t, err)
	if len(p.Accounts) != 2 || accountsOf(p)["+4915228817386"].ID != "acc_8" || accountsOf(p)["'+4915228817386"].ID != "acc_9" {
		t.Errorf("both together are %+v", p.Accounts)
	}
	p, err = imported(t, fromList(attacker), "", s)
	must(t, err)
	if len(p.Accounts) != 1 || p.Accounts[0].After.ID != "acc_9" {
		t.Errorf("the one is %+v", p.Accounts)
	}
	wanted, err := organisation.ReadTable(strings.NewReader(fromList(victim)), "ten_1", "")
	must(t, err)
	if !slices.Contains(wanted.Wants().Accounts, "'+4915228817386") {
		t.Error("nobody looks whether the other one is there")
	}
}

func TestATableSaysWhichColumnsItBringsAndWhichAreIgnored(t *testing.T) {
	t.Parallel()
	table, err := organisation.ReadTable(strings.NewReader("used;sms;account;methods\n;on;4;\n"), "ten_1", "")
	must(t, err)
	if len(table.Mistakes) > 0 || !slices.Equal(table.Columns, []string{"sms", "account"}) || !slices.Equal(table.Ignored, []string{"used", "methods"}) {
		t.Errorf("%v brings %q, ignores %q", table.Mistakes, table.Columns, table.Ignored)
	}
}

func TestAnIntervalThatStaysIsNotJudgedByANarrowerGroup(t *testing.T) {
	t.Parallel()
	s := muster(t)
	s.Groups[1].Policy.Interval.Max = 0 // since 7 days were chosen
	week := 7
	s.Accounts[1].Group, s.Accounts[1].Interval = "grp_2", &week
	if p, err := imported(t, "account,group,interval\n2,customers,7\n", "", s); err != nil || p.Unchanged != 1 {
		t.Errorf("it stays: %v %+v", err, p.Accounts)
	}
	for _, text := range []string{"account,interval\n2,6\n", "account,group\n2,brokers\n", "account,group,interval\n4,customers,7\n"} {
		if p, err := imported(t, text, "", s); err == nil {
			t.Errorf("%s is planned: %+v", text, p.Accounts)
		}
	}
}

// A file that brings the groups too says both the bounds and what is outside of them.
func TestAnIntervalThatStaysIsJudgedInAFileOfTheOrganisation(t *testing.T) {
	t.Parallel()
	s := muster(t)
	week := 7
	s.Accounts[1].Group, s.Accounts[1].Interval = "grp_2", &week
	const text = "tenant: {name: Muster}\ngroups: [{name: customers, interval: {max: 1}}]\naccounts: [{account: 2, group: customers, interval: 7}]\n"
	if plans, err := planned(t, text, s); err == nil {
		t.Errorf("it plans %+v", plans)
	}
}
