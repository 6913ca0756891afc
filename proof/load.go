package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/jawort/jawort/bench"
)

// load is one run of jawort bench.
type load struct {
	Name   string       `json:"name"`
	Asked  float64      `json:"asked_per_second"`
	Climb  bool         `json:"climb,omitempty"` // it looks for the rate at which the machine is saturated
	Report bench.Report `json:"report"`
	Said   string       `json:"said"` // its table
}

// keptUp says that the machine kept up with what was asked, and refused nobody over it.
func (l load) keptUp() bool { return l.inTime() && len(l.Report.Ailing) == 0 }

func (l load) inTime() bool { return l.Report.ApprovalsPerSecond >= keptUp*l.Asked }

// ailing is what did not work. Where a climb asks for too much, requests are refused, as they should be: that rate is not kept up, and
// whether anything fails at those that are is seen at the lowest rate, and in the loads that follow.
func (l load) ailing() []string {
	if l.Climb && (l.Asked > climb[0] || !l.inTime()) {
		return nil
	}
	return l.Report.Ailing
}

// onlyApprovals is the load of the goals: approvals by phones of one push service, and nothing else.
var onlyApprovals = []string{"--providers", "fcm", "--several", "0", "--deny", "0", "--wrong", "0", "--code", "0", "--trusted", "0", "--churn", "0"}

// The rates that are tried, in logins per second, until one cannot be kept up.
var climb = []float64{75, 150, 200, 250, 300, 400, 500, 600, 800, 1000}

const (
	keptUp      = 0.95 // of what was asked for: less says that the machine is saturated
	fastP99     = 50   // milliseconds from decision to browser
	socketsRate = 300  // at most, beside sockets that wait
	sockets     = 9000
	climbing    = "15s"
	deciding    = "60s" // what a goal is about has to last
)

// The loads that every proof holds.
const (
	loadAlone       = "approvals alone"
	loadOfAllKinds  = "all kinds of logins"
	loadWithSockets = "9,000 sockets that wait"
	loadAmongFew    = "among 1,000 accounts"
	loadAmongMany   = "among 1,000,000 accounts"
)

// takeLoad climbs to what the machine can do, and measures at two thirds of it, so that nothing is measured but queues. A load that
// cannot be run is a finding, and the others are run all the same.
func (p *proof) takeLoad(ctx context.Context) error {
	best := p.decide(ctx, p.climb(ctx))
	steady := best * 2 / 3
	if best == 0 {
		steady = climb[0] / 3
		p.say("not even %g logins/s are kept up: the other loads run at %g", climb[0], steady)
	}
	window := []string{"--duration", p.window.String()}
	approvals := slices.Clip(slices.Concat(window, onlyApprovals))
	p.verifications(p.tryBench(ctx, loadAlone, steady, approvals))
	p.tryBench(ctx, loadOfAllKinds, steady/2, window)
	p.beside(p.tryBench(ctx, loadWithSockets, min(steady, socketsRate), append(approvals, "--sockets", strconv.Itoa(sockets))))
	few := p.tryBench(ctx, loadAmongFew, steady/2, append(approvals, "--accounts", "1000"))
	p.flat(few, p.tryBench(ctx, loadAmongMany, steady/2, append(approvals, "--accounts", "1000000")))
	return context.Cause(ctx)
}

// climb returns the loads that were kept up, one after the other faster.
func (p *proof) climb(ctx context.Context) (kept []load) {
	for _, rate := range climb {
		l := p.tryBench(ctx, fmt.Sprintf("climbing: %g logins/s", rate), rate, append([]string{"--duration", climbing}, onlyApprovals...))
		if l == nil || !l.keptUp() {
			break
		}
		kept = append(kept, *l)
	}
	return kept
}

// decide repeats the fastest loads for as long as the goals say, and returns the rate of the fastest that was kept up; 0: none was.
func (p *proof) decide(ctx context.Context, kept []load) (best float64) {
	var fast float64
	for _, k := range slices.Backward(kept) {
		if best > 0 && !k.fast() {
			continue
		}
		l := p.tryBench(ctx, fmt.Sprintf("for 60 s: %g logins/s", k.Asked), k.Asked, append([]string{"--duration", deciding}, onlyApprovals...))
		if l == nil || !l.keptUp() {
			continue
		}
		best = max(best, k.Asked)
		if l.fast() {
			fast = k.Asked
			break
		}
	}
	p.report.measured(goalFast, fast, "the fastest of "+rates(climb)+" a second that was kept up for 60 s with that p99")
	p.report.measured(goalSaturated, best, "the fastest of these that was kept up for 60 s")
	return best
}

func rates(all []float64) string {
	var words []string
	for _, r := range all {
		words = append(words, fmt.Sprint(r))
	}
	return strings.Join(words, ", ")
}

func (l load) fast() bool {
	d := l.Report.DecisionToBrowser
	return d != nil && d.P99 < fastP99
}

// verifications sets what an approval costs against what a signature does.
func (p *proof) verifications(l *load) {
	if l != nil && l.Report.CPU != nil && l.Report.P256Verify > 0 {
		p.report.measured(goalCPU, l.Report.CPU.Ours()/l.Report.P256Verify, fmt.Sprintf("at %.0f logins/s", l.Asked))
	}
}

// beside tells what sockets that wait cost, in memory and for each approval, compared with the same load without them.
func (p *proof) beside(l *load) {
	if l == nil || l.Report.Sockets < sockets {
		return
	}
	how := fmt.Sprintf("at %.0f logins/s", l.Asked)
	if l.Asked < socketsRate {
		how += ", which this machine keeps up, in place of 300"
	}
	if b := l.Report.BytesPerSocket; b != nil {
		p.report.measured(goalBytes, *b, how)
	}
	if more, ok := costlier(l.Report.CPUWithout, l.Report.CPU); ok {
		p.report.measured(goalSockets, more, how+", one after the other")
	}
}

// flat compares what an approval costs among few accounts and among a million.
func (p *proof) flat(few, many *load) {
	if few == nil || many == nil {
		return
	}
	if more, ok := costlier(few.Report.CPU, many.Report.CPU); ok {
		p.report.measured(goalAccounts, more, fmt.Sprintf("at %.0f logins/s", many.Asked))
	}
}

// costlier says by how many per cent an approval costs more; false: it was not measured.
func costlier(before, after *bench.CPU) (more float64, ok bool) {
	if before == nil || after == nil || before.All() <= 0 {
		return 0, false
	}
	return 100 * (after.All()/before.All() - 1), true
}

// tryBench runs a load. Nil: it could not be run, which is a finding.
func (p *proof) tryBench(ctx context.Context, name string, rate float64, options []string) *load {
	if ctx.Err() != nil {
		return nil
	}
	l, err := p.bench(ctx, name, rate, options...)
	if err != nil {
		p.wrong("%s: %w", name, err)
		return nil
	}
	l.Climb = strings.HasPrefix(name, "climbing") || strings.HasPrefix(name, "for 60 s")
	p.say("%s: %.0f/s, %d lost, %d double; %s", name, l.Report.ApprovalsPerSecond, l.Report.Lost, l.Report.Double, strings.Join(l.ailing(), "; "))
	p.report.Loads = append(p.report.Loads, l)
	return &l
}

func (p *proof) bench(ctx context.Context, name string, rate float64, options ...string) (load, error) {
	file := p.file("load.json")
	if err := os.RemoveAll(file); err != nil { // the figures of another load are not these
		return load{}, err
	}
	s, err := p.try(ctx, p.program(), append([]string{"bench", "--local", "--dir", p.work, "--rate", fmt.Sprint(rate), "--json", file}, options...)...)
	if err != nil {
		return load{}, err
	}
	l := load{Name: name, Asked: rate}
	if err := readJSON(file, &l.Report); err != nil {
		return l, fmt.Errorf("%w\n%s", err, lastLines(s.text, 40))
	}
	l.Said = table(s.text)
	if !s.ok && l.Report.Lost+l.Report.Double+len(l.Report.Ailing) == 0 {
		return l, fmt.Errorf("it failed:\n%s", lastLines(s.text, 40))
	}
	return l, nil
}
