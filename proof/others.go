package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jawort/jawort/bench/faults"
)

// The lines with which each of many begins.
var (
	faultBegins  = regexp.MustCompile(`^([a-z][a-z0-9-]+): `)
	attackBegins = regexp.MustCompile(`^=== RUN   (\w+)$`)
	targetBegins = regexp.MustCompile(`^==> (.+)$`)
)

// count says how far a step is.
func (p *proof) count(what string, begins *regexp.Regexp) func(line string) {
	n := 0
	return func(line string) {
		if m := begins.FindStringSubmatch(line); m != nil {
			n++
			p.say("%s %d: %s", what, n, m[1])
		}
	}
}

func (p *proof) takeFaults(ctx context.Context) error {
	file := p.file("faults.json")
	s, err := p.follow(ctx, p.count("fault", faultBegins), p.program(), "bench", "faults", "--local", "--dir", p.work, "--json", file)
	if err != nil {
		return err
	}
	var all struct {
		Faults []faults.Result `json:"faults"`
	}
	if err := readJSON(file, &all); err != nil {
		return fmt.Errorf("%w\n%s", err, lastLines(s.text, 40))
	}
	p.report.Faults = all.Faults
	return ended(s, (&report{Faults: all.Faults}).failures())
}

// attack is what came of one.
type attack struct {
	Name      string   `json:"name"`
	Tried     int      `json:"tried"`
	Allowed   int      `json:"allowed"`
	Refused   int      `json:"refused,omitempty"`
	Succeeded int      `json:"succeeded"`
	Computed  float64  `json:"computed"`
	Measured  float64  `json:"measured"`
	Seconds   float64  `json:"seconds"`
	Broken    []string `json:"broken"`
}

func (p *proof) takeAttacks(ctx context.Context) error {
	file := p.file("attacks.json")
	s, err := p.follow(ctx, p.count("attack", attackBegins), "go", "test", "-v", "-vet=off", "-count=1", "-timeout=30m", "./attack", "-args", "-attack.long", "-attack.json", file)
	if err != nil {
		return err
	}
	var all struct {
		Attacks []attack `json:"attacks"`
	}
	if err := readJSON(file, &all); err != nil {
		return fmt.Errorf("%w\n%s", err, lastLines(s.text, 40))
	}
	p.report.Attacks = all.Attacks
	return ended(s, (&report{Attacks: all.Attacks}).failures())
}

// fuzzed is what came of a target.
type fuzzed struct {
	Package    string  `json:"package"`
	Name       string  `json:"name"`
	Seconds    float64 `json:"seconds"`
	Executions int     `json:"executions"`
	Failed     bool    `json:"failed"`
}

func (p *proof) takeFuzz(ctx context.Context) error {
	file := p.file("fuzz.json")
	s, err := p.follow(ctx, p.count("target", targetBegins), "./script/fuzz", p.fuzz.String(), file)
	if err != nil {
		return err
	}
	var all struct {
		Targets []fuzzed `json:"targets"`
	}
	if err := readJSON(file, &all); err != nil {
		return fmt.Errorf("%w\n%s", err, lastLines(s.text, 40))
	}
	p.report.Fuzz = all.Targets
	return ended(s, (&report{Fuzz: all.Targets}).failures())
}

// ended is an error where a command failed and the findings do not say why.
func ended(s said, findings []string) error {
	if s.ok || len(findings) > 0 {
		return nil
	}
	return fmt.Errorf("it failed and found nothing:\n%s", lastLines(s.text, 40))
}

// table is what a bench printed between its progress and its end.
func table(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if len(kept) > 0 || strings.HasPrefix(line, "asked for") {
			kept = append(kept, strings.TrimRight(line, "\n"))
		}
	}
	return strings.Join(kept, "\n")
}
