package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
)

// Result is what a fault did.
type Result struct {
	Name    string   `json:"name"`
	Done    string   `json:"done"`
	Seen    string   `json:"seen"`    // what people saw
	Seconds float64  `json:"seconds"` // the longest time in which no login was finished
	Lost    []string `json:"lost"`    // acknowledged and not kept, or never told
	Double  []string `json:"double"`  // told differently from what is kept
	Broken  []string `json:"broken"`  // the invariant, and how; also where logins did not go on afterwards
}

// Holds says that nothing broke.
func (r Result) Holds() bool { return len(r.Lost)+len(r.Double)+len(r.Broken) == 0 }

// ErrBroken says that an invariant did not hold.
var ErrBroken = errors.New("an invariant does not hold")

// Judge returns ErrBroken with the first thing that did not hold.
func Judge(all []Result) error {
	for _, r := range all {
		for _, found := range []struct {
			what  string
			lines []string
		}{{"lost: ", r.Lost}, {"double: ", r.Double}, {"", r.Broken}} {
			if len(found.lines) > 0 {
				return fmt.Errorf("faults: %w: %s: %s%s", ErrBroken, r.Name, found.what, found.lines[0])
			}
		}
	}
	return nil
}

// Write writes the results for machines.
func Write(path string, all []Result) error {
	for i := range all {
		for _, list := range []*[]string{&all[i].Lost, &all[i].Double, &all[i].Broken} {
			if *list == nil {
				*list = []string{}
			}
		}
	}
	b, err := json.MarshalIndent(map[string][]Result{"faults": all}, "", "  ")
	if err != nil {
		return fmt.Errorf("faults: %w", err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("faults: %w", err)
	}
	return nil
}

// Print writes the table.
func Print(out io.Writer, all []Result) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what was done\twhat users saw\thow long\tlost")
	for _, r := range all {
		fmt.Fprintf(t, "%s\t%s\t%.1f s\t%s\n", r.Done, r.Seen, r.Seconds, r.lost())
	}
	return t.Flush()
}

func (r Result) lost() string {
	if r.Holds() {
		return "nothing"
	}
	return fmt.Sprintf("%d lost, %d double, %d broken", len(r.Lost), len(r.Double), len(r.Broken))
}
