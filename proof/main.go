package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options say how long each part takes, and where things go.
type options struct {
	out    string        // folder for the report
	dir    string        // folder for the databases, on a disk
	only   string        // steps, with commas between them; empty: all
	window time.Duration // that is measured of each load
	fuzz   time.Duration // for each target
}

func main() {
	var o options
	flag.StringVar(&o.out, "out", "docs/proof", "`folder` for the report")
	flag.StringVar(&o.dir, "dir", "", "`folder` for the databases, on a real disk; default: the system's for temporary files")
	flag.StringVar(&o.only, "only", "", "steps to take, of idle, load, faults, attacks, fuzz and broken; default: all, and only then a report is written")
	flag.DurationVar(&o.window, "window", time.Minute, "how long each load is measured")
	flag.DurationVar(&o.fuzz, "fuzz", 30*time.Second, "how long each target is fuzzed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "proof:", err)
		os.Exit(1)
	}
}

// errNotHeld says that something that Jawort claims did not hold.
var errNotHeld = errors.New("not everything held")

func run(ctx context.Context, o options, began time.Time) error {
	work, err := os.MkdirTemp(o.dir, "jawort-proof-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.Chmod(work, 0o711); err != nil { // Postgres runs as another user
		return err
	}
	p := &proof{options: o, work: work, began: began, report: report{Date: began.UTC().Truncate(time.Second)}}
	if p.report.Machine, err = machineHere(ctx); err != nil {
		return err
	}
	if err := p.build(ctx); err != nil {
		return err
	}
	for _, s := range p.chosen() {
		p.take(ctx, s)
	}
	p.report.Seconds = time.Since(began).Seconds()
	return p.conclude()
}

// path is that of the report, without its ending.
func (p *proof) path() string { return filepath.Join(p.out, p.began.UTC().Format(time.DateOnly)) }

// conclude writes the report where every step was to be taken, and fails where something did not hold.
func (p *proof) conclude() error {
	failed := p.report.failures()
	p.report.Findings = failed
	for _, f := range failed {
		p.say("did not hold: %s", f)
	}
	p.report.Holds = len(failed) == 0
	if p.only == "" {
		path := p.path()
		if err := p.report.write(path); err != nil {
			return err
		}
		p.say("written: %s.md and %s.json", path, path)
	}
	if len(failed) > 0 {
		return fmt.Errorf("%w: %d findings", errNotHeld, len(failed))
	}
	return nil
}
