package main

import (
	"fmt"
	"slices"

	"github.com/jawort/jawort/bench/faults"
)

// The least that a whole proof holds of what is not counted here by name.
const (
	fewestAttacks = 12
	fewestTargets = 80
)

// missing says what a report lacks of the steps that were taken: what was not done has shown nothing.
func (r *report) missing() (all []string) {
	for _, s := range []struct {
		step string
		look func() []string
	}{{"load", r.missingLoads}, {"faults", r.missingFaults}, {"attacks", r.missingAttacks}, {"fuzz", r.missingTargets}, {"broken", r.missingBuilds}} {
		if slices.Contains(r.Steps, s.step) {
			all = append(all, s.look()...)
		}
	}
	return all
}

func (r *report) missingLoads() (all []string) {
	for _, name := range []string{loadAlone, loadOfAllKinds, loadWithSockets, loadAmongFew, loadAmongMany} {
		if !slices.ContainsFunc(r.Loads, func(l load) bool { return l.Name == name && l.Report.ApprovalsPerSecond > 0 }) {
			all = append(all, fmt.Sprintf("the load %q was not run, or no login was finished in it", name))
		}
	}
	return all
}

func (r *report) missingFaults() (all []string) {
	for _, f := range faults.All() {
		if !slices.ContainsFunc(r.Faults, func(got faults.Result) bool { return got.Name == f.Name }) {
			all = append(all, f.Name+": it was not run")
		}
	}
	return all
}

func (r *report) missingAttacks() (all []string) {
	if len(r.Attacks) < fewestAttacks {
		all = append(all, fmt.Sprintf("%d attacks were made, want %d at least", len(r.Attacks), fewestAttacks))
	}
	for _, a := range r.Attacks {
		if a.Tried == 0 {
			all = append(all, a.Name+": nothing was tried")
		}
	}
	return all
}

func (r *report) missingTargets() (all []string) {
	if len(r.Fuzz) < fewestTargets {
		all = append(all, fmt.Sprintf("%d targets were fuzzed, want %d at least", len(r.Fuzz), fewestTargets))
	}
	return all
}

func (r *report) missingBuilds() (all []string) {
	for _, b := range breakages {
		if !slices.ContainsFunc(r.Broken, func(got caught) bool { return got.Patch == b.patch }) {
			all = append(all, fmt.Sprintf("the build broken by %s was not tried", b.patch))
		}
	}
	return all
}
