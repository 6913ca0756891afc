package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/bench"
)

// capable is a proof whose bench tells of a machine that can do so many logins a second: a program that measures nothing.
func capable(t *testing.T, most int) *proof {
	t.Helper()
	p := &proof{work: t.TempDir(), began: time.Now(), options: options{window: time.Second}}
	script := fmt.Sprintf(`#!/bin/sh
while [ $# -gt 0 ]; do
	case $1 in
	--rate) rate=${2%%.*} ;;
	--json) file=$2 ;;
	esac
	shift
done
[ %[1]d -gt 0 ] || exit 1
[ "$rate" -le %[1]d ] || rate=%[1]d
cpu='{"server":100,"mobile_api":50,"pushgw":50,"redis":100,"postgres":100}'
without='{"server":100,"mobile_api":50,"pushgw":50,"redis":50,"postgres":70}'
printf '{"approvals_per_second":%%d,"p256_verify_us":25,"cpu_us_per_approval":%%s,"cpu_us_per_approval_without_sockets":%%s,"decision_to_browser_ms":{"p99":%%d},"sockets":9000,"bytes_per_socket":8000}' \
	"$rate" "$cpu" "$without" "$((rate / 2))" >"$file"
`, most)
	if err := os.WriteFile(p.program(), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *proof) figure(g goal) string {
	for _, got := range p.report.Goals {
		if got.Name == g.Name && got.Measured != nil {
			return fmt.Sprintf("%.0f %v", *got.Measured, got.Met)
		}
	}
	return "not measured"
}

func TestALoadIsMeasuredAtWhatTheMachineKeepsUpForAMinute(t *testing.T) {
	t.Parallel()
	p := capable(t, 160)
	p.take(t.Context(), step{"load", "", p.takeLoad})
	// 150 a second are kept up, and 75 with a p99 of 37 ms.
	for g, want := range map[goal]string{
		goalFast: "75 false", goalSaturated: "150 false", goalCPU: "8 true", goalBytes: "8000 true", goalSockets: "25 false", goalAccounts: "0 true",
	} {
		if got := p.figure(g); got != want {
			t.Errorf("%s: %s, want %s", g.Name, got, want)
		}
	}
	if found := p.report.failures(); len(found) != 0 {
		t.Errorf("found %q", found)
	}
	var names []string
	for _, l := range p.report.Loads {
		names = append(names, fmt.Sprintf("%s at %g", l.Name, l.Asked))
	}
	want := []string{
		"climbing: 75 logins/s at 75", "climbing: 150 logins/s at 150", "climbing: 200 logins/s at 200",
		"for 60 s: 150 logins/s at 150", "for 60 s: 75 logins/s at 75", loadAlone + " at 100", loadOfAllKinds + " at 50", loadWithSockets + " at 100",
		loadAmongFew + " at 50", loadAmongMany + " at 50",
	}
	if !slices.Equal(names, want) {
		t.Errorf("ran %q", names)
	}
}

func TestWhereNotEvenTheLowestRateIsKeptUpTheOtherLoadsAreRunAndNoGoalIsLeftOut(t *testing.T) {
	t.Parallel()
	p := capable(t, 60)
	p.take(t.Context(), step{"load", "", p.takeLoad})
	if got := p.figure(goalSaturated) + ", " + p.figure(goalFast) + ", " + p.figure(goalCPU); got != "0 false, 0 false, 8 true" {
		t.Errorf("measured %s", got)
	}
	if found := p.report.failures(); len(found) != 0 || len(p.report.Loads) != 6 {
		t.Errorf("%d loads, found %q", len(p.report.Loads), found)
	}
}

func TestALoadThatCannotBeRunIsAFindingAndItsGoalsAreNotMeasured(t *testing.T) {
	t.Parallel()
	p := capable(t, 0)
	p.take(t.Context(), step{"load", "", p.takeLoad})
	found := strings.Join(p.report.failures(), "\n")
	for _, want := range []string{"climbing: 75 logins/s: ", loadAlone + ": ", loadAmongMany + ": ", `the load "all kinds of logins" was not run`} {
		if !strings.Contains(found, want) {
			t.Errorf("%q is not among the findings:\n%s", want, found)
		}
	}
	if len(p.report.Goals) != 6 || p.figure(goalCPU) != "not measured" || p.figure(goalBytes) != "not measured" {
		t.Errorf("goals %+v", p.report.Goals)
	}
}

func TestAStepThatFailsIsAFindingAndTheReportIsWrittenAllTheSame(t *testing.T) {
	t.Parallel()
	p := &proof{work: t.TempDir(), began: time.Now(), options: options{out: t.TempDir()}}
	p.take(t.Context(), step{"idle", "", func(context.Context) error { return errors.New("no port is free") }})
	stopped, stop := context.WithCancel(t.Context())
	stop()
	p.take(stopped, step{"other", "", func(context.Context) error { t.Error("it was taken"); return nil }})
	if err := p.conclude(); !errors.Is(err, errNotHeld) || !strings.Contains(err.Error(), "2 findings") {
		t.Errorf("concluded with %v", err)
	}
	var written report
	if err := readJSON(p.path()+".json", &written); err != nil || written.Holds || len(written.Findings) != 2 || written.Findings[0] != "idle: no port is free" {
		t.Errorf("written %+v, %v", written, err)
	}
}

func TestWhatWasNotMeasuredIsNotCompared(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]*bench.CPU{{nil, {Server: 1}}, {{Server: 1}, nil}, {{}, {Server: 1}}} {
		if more, ok := costlier(c[0], c[1]); ok {
			t.Errorf("%v: %g", c, more)
		}
	}
	if more, ok := costlier(&bench.CPU{Server: 50, Postgres: 50}, &bench.CPU{Server: 50, Postgres: 65, PushGW: 5}); !ok || more < 19.9 || more > 20.1 {
		t.Errorf("%g %% more, %v", more, ok)
	}
}

func TestAnEmptyReportOfAWholeProofIsFullOfFindings(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]string{
		"load": `the load "approvals alone" was not run`, "faults": "server-killed: it was not run", "attacks": "0 attacks were made", "fuzz": "0 targets were fuzzed",
		"broken": "the build broken by outcome-not-unique was not tried",
	} {
		r := report{Steps: []string{step}}
		if found := strings.Join(r.failures(), "\n"); !strings.Contains(found, want) {
			t.Errorf("%s: found %q", step, found)
		}
	}
	r := report{Steps: []string{"attacks"}, Attacks: make([]attack, fewestAttacks)}
	if found := r.failures(); len(found) != fewestAttacks || !strings.Contains(found[0], "nothing was tried") {
		t.Errorf("found %q", found)
	}
}

func TestHowFarAStepIsIsTold(t *testing.T) {
	t.Parallel()
	var told []string
	l := &lines{tell: func(line string) { told = append(told, line) }}
	for _, b := range []string{"server-killed: ", "kill -9\n  lost\nred", "is-cut: cut\n"} {
		if _, err := l.Write([]byte(b)); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(told, []string{"server-killed: kill -9", "  lost", "redis-cut: cut"}) {
		t.Errorf("told %q", told)
	}
	for _, line := range told {
		if begins := faultBegins.MatchString(line); begins != !strings.HasPrefix(line, " ") {
			t.Errorf("%q begins: %v", line, begins)
		}
	}
}
