package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/bench"
	"github.com/jawort/jawort/bench/local"
)

// Options say how faults are run.
type Options struct {
	Program  string // the jawort that is run
	Dir      string // folder for all that is kept; empty: the system's for temporary files
	Rate     float64
	Before   time.Duration // how long the load runs before the harm
	After    time.Duration // and after the heal
	Patience time.Duration // of people who wait
}

// DefaultOptions are a small load.
func DefaultOptions() Options {
	return Options{Rate: 40, Before: 1500 * time.Millisecond, After: 3500 * time.Millisecond, Patience: 12 * time.Second}
}

// load is what comes beside the fault.
func (o Options) load(f Fault) bench.Options {
	b := bench.DefaultOptions()
	b.Rate, b.Constant, b.Duration, b.WarmUp = o.Rate, true, f.Lasts+o.After, o.Before
	b.People, b.Several, b.Deny, b.Wrong, b.Code, b.Trusted, b.Churn = int(4*o.Rate), 0.2, 0.05, 0.05, 0.05, 0.05, 3
	b.Think, b.Patience, b.Told = 200*time.Millisecond, o.Patience, min(b.Told, o.Patience)
	return b
}

// run is one fault on its way.
type run struct {
	Options
	Fault
	stack  *local.Stack
	load   *bench.Load
	window bench.Window
	healed time.Time

	*witness
	contests []*contest
	spenders []*spender
	leavers  []*leaver
}

// Try is Run where what goes wrong is a finding: one hiccup does not throw away what others have shown.
func Try(ctx context.Context, f Fault, o Options) Result {
	r, err := Run(ctx, f, o)
	if err != nil {
		r = Result{Name: f.Name, Done: f.Done, Seen: "it did not come to its end", Broken: []string{"it did not come to its end: " + err.Error()}}
	}
	return r
}

// Run starts the installation that the fault needs, loads it, harms it, heals it, and tells what was seen and what broke.
func Run(ctx context.Context, f Fault, o Options) (_ Result, err error) {
	needs := f.Needs
	needs.Program, needs.Parent = o.Program, o.Dir
	r := &run{Options: o, Fault: f}
	if r.stack, err = local.Start(ctx, needs); err != nil {
		return Result{}, fmt.Errorf("faults: %s: %w", f.Name, err)
	}
	defer func() { err = errors.Join(err, r.stack.Close()) }()
	if err := r.prepare(ctx); err != nil {
		return Result{}, fmt.Errorf("faults: %s: %w", f.Name, err)
	}
	defer r.load.Close()
	if err := r.live(ctx); err != nil {
		return Result{}, fmt.Errorf("faults: %s: %w", f.Name, err)
	}
	result, err := r.judge(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("faults: %s: %w", f.Name, err)
	}
	return result, nil
}

func (r *run) prepare(ctx context.Context) (err error) {
	if r.load, err = bench.NewLoad(r.Options.load(r.Fault), bench.TargetOf(r.stack), "bench-"); err != nil {
		return err
	}
	if err := r.load.Register(ctx); err != nil {
		return err
	}
	if r.witness, err = newWitness(r.stack); err != nil {
		return err
	}
	if r.contests, err = r.witness.contests(ctx, contests); err != nil {
		return err
	}
	if r.spenders, err = r.witness.spenders(ctx, spenders); err != nil {
		return err
	}
	r.leavers, err = r.witness.leavers(ctx, leavers)
	return err
}

// live lets everybody do what they do, and does the harm.
func (r *run) live(ctx context.Context) error {
	racing, stop := context.WithCancel(ctx)
	defer stop()
	var people sync.WaitGroup
	for _, c := range r.contests {
		people.Go(func() { c.run(racing) })
	}
	for _, s := range r.spenders {
		people.Go(func() { s.run(racing) })
	}
	for i, l := range r.leavers {
		people.Go(func() { l.run(racing, r.Before+time.Duration(i)*r.Lasts/leavers) })
	}
	var failed error
	r.window = r.load.Run(ctx, bench.Phase{Begin: func() { failed = r.harmAndHeal(ctx) }, End: func() { r.satisfy(ctx); stop() }})
	people.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return failed
}

func (r *run) harmAndHeal(ctx context.Context) error {
	begin := time.Now()
	defer func() { r.healed = time.Now() }()
	if r.Harm == nil {
		backoff.Wait(ctx, r.Lasts)
		return nil
	}
	heal, err := r.Harm(ctx, r.stack)
	if err != nil {
		return err
	}
	backoff.Wait(ctx, r.Lasts-time.Since(begin))
	if heal == nil {
		return nil
	}
	return heal(context.WithoutCancel(ctx))
}

func (r *run) judge(ctx context.Context) (Result, error) {
	if r.Forgets {
		r.load.Forgot(r.healed)
	}
	result := Result{Name: r.Name, Done: r.Done}
	result.Seen, result.Seconds = r.seen()
	verdict, err := r.load.Check(ctx, bench.Rows{Stack: r.stack})
	if err != nil {
		return result, err
	}
	result.Lost, result.Double = verdict.Lost, verdict.Double
	result.Broken, err = r.broken(ctx)
	return result, err
}
