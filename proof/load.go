package main

import (
	"context"
	"fmt"

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

// keptUp says that the machine kept up with what was asked.
func (l load) keptUp() bool { return l.Report.ApprovalsPerSecond >= keptUp*l.Asked }

// ailing is what did not work. Where a climb asks for too much, requests are refused, as they should be.
func (l load) ailing() []string {
	if l.Climb && !l.keptUp() {
		return nil
	}
	return l.Report.Ailing
}

// onlyApprovals is the load of the goals: approvals by phones of one push service, and nothing else.
var onlyApprovals = []string{"--providers", "fcm", "--several", "0", "--deny", "0", "--wrong", "0", "--code", "0", "--trusted", "0", "--churn", "0"}

// The rates that are tried, in logins per second, until one cannot be kept up.
var climb = []float64{75, 150, 225, 300, 400, 500, 600, 800, 1000}

const (
	keptUp    = 0.95 // of what was asked for: less says that the machine is saturated
	goalP99   = 50   // milliseconds from decision to browser
	goalCPU   = 10   // verifications
	goalBytes = 8192 // for each waiting socket
	goalFlat  = 0.15 // that an approval may cost more with a million accounts, or nine thousand sockets
	sockets   = 9000
)

// takeLoad climbs to what the machine can do, and measures at two thirds of it, so that nothing is measured but queues.
func (p *proof) takeLoad(ctx context.Context) error {
	best, fast := 0.0, 0.0
	for _, rate := range climb {
		l, err := p.bench(ctx, fmt.Sprintf("climbing: %g logins/s", rate), rate, append([]string{"--duration", "15s"}, onlyApprovals...)...)
		if err != nil {
			return err
		}
		if l.Report.ApprovalsPerSecond < keptUp*rate {
			break
		}
		best = rate
		if d := l.Report.DecisionToBrowser; d != nil && d.P99 < goalP99 {
			fast = rate
		}
	}
	p.report.goal("600 approvals/s, p99 from decision to browser under 50 ms", fast, 600, "approvals/s with that p99", fast >= 600)
	p.report.goal("1,000 approvals/s at saturation", best, 1000, "approvals/s", best >= 1000)
	if best == 0 {
		return nil
	}
	window := []string{"--duration", p.window.String()}
	steady := best * 2 / 3
	base, err := p.bench(ctx, "approvals alone", steady, append(window, onlyApprovals...)...)
	if err != nil {
		return err
	}
	if cpu := base.Report.CPU; cpu != nil {
		verifications := cpu.Ours() / base.Report.P256Verify
		p.report.goal("processor time of our processes for an approval", verifications, goalCPU, "P-256 verifications", verifications <= goalCPU)
	}
	if _, err := p.bench(ctx, "all kinds of logins", steady/2, window...); err != nil {
		return err
	}
	waiting, err := p.bench(ctx, fmt.Sprintf("%d sockets that wait", sockets), steady/2, append(append(window, "--sockets", fmt.Sprint(sockets)), onlyApprovals...)...)
	if err != nil {
		return err
	}
	if b := waiting.Report.BytesPerSocket; b != nil {
		p.report.goal(fmt.Sprintf("%d waiting sockets", sockets), *b, goalBytes, "bytes for each", *b <= goalBytes)
	}
	return p.flat(ctx, steady/2, window)
}

// flat compares what an approval costs among few accounts and among a million.
func (p *proof) flat(ctx context.Context, rate float64, window []string) error {
	var cost [2]float64
	for i, accounts := range []string{"1000", "1000000"} {
		l, err := p.bench(ctx, "among "+accounts+" accounts", rate, append(append(window, "--accounts", accounts), onlyApprovals...)...)
		if err != nil {
			return err
		}
		if c := l.Report.CPU; c != nil {
			cost[i] = c.Ours() + c.Redis + c.Postgres
		}
	}
	if cost[0] > 0 {
		more := cost[1]/cost[0] - 1
		p.report.goal("an approval among 1,000,000 accounts instead of 1,000", 100*more, 100*goalFlat, "% more processor time", more <= goalFlat)
	}
	return nil
}

func (p *proof) bench(ctx context.Context, name string, rate float64, options ...string) (load, error) {
	file := p.file("load.json")
	s, err := p.try(ctx, p.program(), append([]string{"bench", "--local", "--dir", p.work, "--rate", fmt.Sprint(rate), "--json", file}, options...)...)
	if err != nil {
		return load{}, err
	}
	l := load{Name: name, Asked: rate}
	if err := readJSON(file, &l.Report); err != nil {
		return l, fmt.Errorf("%s: %w\n%s", name, err, lastLines(s.text, 40))
	}
	l.Said = table(s.text)
	if !s.ok && l.Report.Lost+l.Report.Double+len(l.Report.Ailing) == 0 {
		return l, fmt.Errorf("%s failed:\n%s", name, lastLines(s.text, 40))
	}
	p.say("%s: %.0f/s, %d lost, %d double", name, l.Report.ApprovalsPerSecond, l.Report.Lost, l.Report.Double)
	p.report.Loads = append(p.report.Loads, l)
	return l, nil
}
