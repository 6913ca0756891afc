package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jawort/jawort/bench"
	"github.com/jawort/jawort/bench/faults"
)

// whole is a report in which everything holds.
func whole() report {
	return report{
		Loads:   []load{{Name: "approvals alone"}},
		Faults:  []faults.Result{{Name: "server-killed", Done: "the server is killed"}},
		Attacks: []attack{{Name: "guess: recovery code"}},
		Fuzz:    []fuzzed{{Package: "./edge", Name: "FuzzDecode"}},
		Broken:  []caught{{Patch: "outcome-not-unique", Invariant: "invariant 1", Caught: true, Said: "a | b"}},
	}
}

func TestAReportFailsForEachThingThatDidNotHold(t *testing.T) {
	t.Parallel()
	r := whole()
	if found := r.failures(); len(found) != 0 {
		t.Fatalf("found %q", found)
	}
	for name, harm := range map[string]func(*report){
		"approvals alone: 1 lost, 0 double":        func(r *report) { r.Loads[0].Report = bench.Report{Lost: 1} },
		"approvals alone: 0 lost, 2 double":        func(r *report) { r.Loads[0].Report = bench.Report{Double: 2} },
		"approvals alone: errors: 9 in 100 logins": func(r *report) { r.Loads[0].Report = bench.Report{Ailing: []string{"errors: 9 in 100 logins"}} },
		"climbing: deny: of 2 such logins, none succeeded": func(r *report) {
			r.Loads[0] = load{Name: "climbing", Climb: true, Asked: 75, Report: bench.Report{ApprovalsPerSecond: 72, Ailing: []string{"deny: of 2 such logins, none succeeded"}}}
		},
		"server-killed: apr_1 is lost":                                         func(r *report) { r.Faults[0].Lost = []string{"apr_1 is lost"} },
		"server-killed: apr_1 is double":                                       func(r *report) { r.Faults[0].Double = []string{"apr_1 is double"} },
		"server-killed: invariant 4":                                           func(r *report) { r.Faults[0].Broken = []string{"invariant 4"} },
		"guess: recovery code: 6 were judged":                                  func(r *report) { r.Attacks[0].Broken = []string{"6 were judged"} },
		"FuzzDecode in ./edge failed":                                          func(r *report) { r.Fuzz[0].Failed = true },
		"the build broken by outcome-not-unique was not caught by invariant 1": func(r *report) { r.Broken[0].Caught = false },
	} {
		r := whole()
		harm(&r)
		if found := r.failures(); len(found) != 1 || found[0] != name {
			t.Errorf("found %q, want %q", found, name)
		}
	}
}

func TestErrorsAtARateThatTheMachineDoesNotKeepUpAreNoFinding(t *testing.T) {
	t.Parallel()
	ailing := []string{"errors: 9 in 100 logins"}
	for _, l := range []load{
		{Climb: true, Asked: 75, Report: bench.Report{ApprovalsPerSecond: 71, Ailing: ailing}}, {Climb: true, Asked: 150, Report: bench.Report{ApprovalsPerSecond: 148, Ailing: ailing}},
	} {
		r := report{Loads: []load{l}}
		if found := r.failures(); len(found) != 0 || l.keptUp() {
			t.Errorf("found %q, kept up %v", found, l.keptUp())
		}
	}
}

func TestAReportIsWrittenForPeopleAndMachines(t *testing.T) {
	t.Parallel()
	r := whole()
	r.aims("idle")
	r.measured(goalReady, 1500, "once")
	r.Findings = []string{"it was\nslow"}
	path := filepath.Join(t.TempDir(), "proof", "2026-01-02")
	if err := r.write(path); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(path + ".md")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| 1500 ms | 1000 | **no** | once |", "| not measured | 60 | **no** |  |", "* it was slow", "the server is killed", `a \| b`, "FuzzDecode", "**Not everything held:**"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
	var again report
	if err := readJSON(path+".json", &again); err != nil {
		t.Fatal(err)
	}
	if len(again.Goals) != 2 || *again.Goals[0].Measured != 1500 || again.Goals[0].Met || again.Goals[1].Measured != nil {
		t.Errorf("came back as %+v", again)
	}
}
