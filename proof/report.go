package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/jawort/jawort/bench/faults"
)

// report is all that came of a proof.
type report struct {
	Date     time.Time       `json:"date"`
	Machine  machine         `json:"machine"`
	Seconds  float64         `json:"seconds"`
	Holds    bool            `json:"holds"`
	Lost     int             `json:"lost"`   // over all loads and faults
	Double   int             `json:"double"` // likewise
	Goals    []goal          `json:"goals"`
	Loads    []load          `json:"loads"`
	Faults   []faults.Result `json:"faults"`
	Attacks  []attack        `json:"attacks"`
	Fuzz     []fuzzed        `json:"fuzz"`
	Broken   []caught        `json:"broken_builds"`
	Steps    []string        `json:"steps"`    // that were taken
	Wrong    []string        `json:"wrong"`    // what did not come to its end, and why
	Findings []string        `json:"findings"` // what did not hold, with those
}

// failures are what did not hold, each in a line. It also sums up what was lost.
func (r *report) failures() (all []string) {
	r.Lost, r.Double = 0, 0
	for _, l := range r.Loads {
		r.Lost, r.Double = r.Lost+l.Report.Lost, r.Double+l.Report.Double
		if l.Report.Lost+l.Report.Double > 0 {
			all = append(all, fmt.Sprintf("%s: %d lost, %d double", l.Name, l.Report.Lost, l.Report.Double))
		}
		for _, line := range l.ailing() {
			all = append(all, l.Name+": "+line)
		}
	}
	for _, f := range r.Faults {
		r.Lost, r.Double = r.Lost+len(f.Lost), r.Double+len(f.Double)
		for _, lines := range [][]string{f.Lost, f.Double, f.Broken} {
			for _, line := range lines {
				all = append(all, f.Name+": "+line)
			}
		}
	}
	for _, a := range r.Attacks {
		for _, line := range a.Broken {
			all = append(all, a.Name+": "+line)
		}
	}
	for _, f := range r.Fuzz {
		if f.Failed {
			all = append(all, fmt.Sprintf("%s in %s failed", f.Name, f.Package))
		}
	}
	for _, b := range r.Broken {
		if !b.Caught {
			all = append(all, fmt.Sprintf("the build broken by %s was not caught by %s", b.Patch, b.Invariant))
		}
	}
	return slices.Concat(all, r.Wrong, r.missing())
}

// write writes the report for people and for machines, beside each other.
func (r *report) write(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	page, err := r.page()
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{path + ".json": append(b, '\n'), path + ".md": page} {
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
