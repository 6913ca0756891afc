package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/bench/waiting"
)

// Local says how an installation of one's own is loaded.
type Local struct {
	Options
	Program  string // the jawort that is run, as server, mobile-api and pushgw
	Dir      string // folder for all that is kept; empty: the system's for temporary files
	Accounts int    // in all; those that nobody logs in by are written straight into the tables
	Sockets  int    // that wait while the rate runs
	JSON     string // file for the report; empty: none
	Profiles string // folder for a profile of each process in the measured time; empty: none. Profiling costs a few per cent

	Out, Progress io.Writer
}

// maxSockets keeps the processes below the limit of open files.
const maxSockets = 18_000

// Validate names the option that cannot be.
func (o Local) Validate() error {
	if err := o.Options.Validate(); err != nil {
		return err
	}
	switch {
	case o.Program == "":
		return errors.New("program: a jawort to run is needed")
	case o.Accounts < 0:
		return errors.New("accounts: must not be negative")
	case o.Sockets < 0 || o.Sockets > maxSockets:
		return fmt.Errorf("sockets: must be 0 to %d", maxSockets)
	case o.Sockets > 0 && o.WarmUp+o.Duration+o.Think+o.Patience > waitingLife-time.Minute:
		return errors.New("duration: sockets wait for ten minutes at most, less the time to open them")
	}
	return nil
}

// ErrNotKept says that something was lost or told differently.
var ErrNotKept = errors.New("what was acknowledged was not kept or not told as it is kept")

// ErrAiling says that nothing was lost because too little was there to be lost.
var ErrAiling = errors.New("not everything works")

// RunLocal starts an installation, loads it, checks it, and tells. All that it started ends with it.
func RunLocal(ctx context.Context, o Local) (err error) {
	if err := o.Validate(); err != nil {
		return err
	}
	r := &localRun{Local: o, progress: progress{o.Progress, time.Now()}, result: result{options: o.Options}}
	r.say("starting Postgres, Redis, the push services' stand-ins and the three processes")
	if r.stack, err = local.Start(ctx, local.Options{Program: o.Program, Parent: o.Dir}); err != nil {
		return err
	}
	defer func() {
		r.say("ending what was started")
		err = errors.Join(err, r.stack.Close())
	}()
	if err := r.prepare(ctx); err != nil {
		return err
	}
	defer r.load.Close()
	if err := r.measure(ctx); err != nil {
		return err
	}
	return r.conclude(ctx)
}

// localRun is one run on its way.
type localRun struct {
	Local
	progress
	stack   *local.Stack
	load    *Load
	sampler *sampler
	result  result
}

// TargetOf returns a stack as what is loaded.
func TargetOf(s *local.Stack) Target {
	return Target{ServerURL: s.ServerURL, Key: s.Key, Origin: local.Origin, Trusting: local.Trusting, Wakes: s.Fakes}
}

// The login numbers of those who only are there, and of those whose pages only wait.
const (
	idlePrefix    = "idle-"
	waitingPrefix = "waiting-"
)

func (r *localRun) prepare(ctx context.Context) (err error) {
	r.result.ReadyMS = map[string]int64{}
	for _, p := range r.stack.Processes() {
		r.result.ready = append(r.result.ready, fmt.Sprintf("%s %d ms", p.Name, p.Took.Milliseconds()))
		r.result.ReadyMS[p.Name] = p.Took.Milliseconds()
	}
	if local.WithoutDisk(r.Dir) {
		r.result.disk = "the database lies in memory, so syncing a commit cost nothing"
	}
	if r.load, err = NewLoad(r.Options, TargetOf(r.stack), "bench-"); err != nil {
		return err
	}
	if r.sampler, err = newSampler(); err != nil {
		return err
	}
	stop := r.during(func() string {
		return fmt.Sprintf("%d accounts have registered their phones", r.load.registered.Load())
	})
	err = r.load.Register(ctx)
	stop()
	if err != nil {
		return fmt.Errorf("bench: register: %w", err)
	}
	r.result.seeded = max(0, r.Accounts-int(r.load.registered.Load()))
	return errors.Join(r.seed(ctx, idlePrefix, r.result.seeded), r.seed(ctx, waitingPrefix, accountsFor(r.Sockets)))
}

func (r *localRun) seed(ctx context.Context, prefix string, count int) error {
	if count == 0 {
		return nil
	}
	return r.stack.Seed(ctx, prefix, count, func(done int) { r.say("%d of %d accounts %s… are written", done, count, prefix) })
}

// measure runs the load, and where sockets wait beside it, once without them before.
func (r *localRun) measure(ctx context.Context) error {
	if r.Sockets == 0 {
		_, err := r.window(ctx)
		return err
	}
	r.say("the load without sockets that wait, for the memory")
	without, err := r.window(ctx)
	if err != nil {
		return err
	}
	r.result.CPUWithout = r.result.CPU
	pages, err := r.load.waitingPages(ctx, waitingPrefix, r.Sockets)
	if err != nil {
		return fmt.Errorf("bench: sockets: %w", err)
	}
	r.say("opening %d sockets that wait", r.Sockets)
	holders, err := waiting.Start(r.Program, pages, local.Apart())
	if err != nil {
		return err
	}
	defer holders.Close()
	with, err := r.window(ctx)
	if err != nil {
		return err
	}
	if r.result.Sockets, err = holders.Count(); err != nil {
		return err
	}
	if r.result.Sockets < r.Sockets {
		r.result.errors = map[string]int{"socket: did not wait": r.Sockets - r.result.Sockets}
	}
	if r.result.Sockets > 0 {
		each := rounded(float64(with-without)/float64(r.result.Sockets), 1)
		r.result.BytesPerSocket = &each
	}
	return nil
}

// window runs the load once, and returns the server's memory in it.
func (r *localRun) window(ctx context.Context) (memory int64, err error) {
	var before, after usage
	var watched *resident
	var failed [3]error
	full, err := r.stack.Size(ctx)
	if err != nil {
		return 0, err
	}
	sampling, stopSampling := context.WithCancel(ctx)
	sampled := make(chan struct{})
	go func() { defer close(sampled); r.sampler.run(sampling) }()
	stopTelling := r.during(r.load.telling())
	var profiling sync.WaitGroup
	w := r.load.Run(ctx, Phase{
		Begin: func() {
			before, failed[0] = r.usage()
			watched = watchResident(r.stack.Server.PID())
			if r.Profiles != "" {
				profiling.Go(func() { failed[2] = profile(ctx, r.stack.Processes(), r.Profiles, r.Duration) })
			}
		},
		End: func() { after, failed[1] = r.usage(); memory = watched.median() },
	})
	profiling.Wait()
	stopTelling()
	stopSampling()
	<-sampled
	if err := errors.Join(failed[:]...); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	r.take(w, before, after)
	fuller, err := r.stack.Size(ctx)
	if err != nil {
		return 0, err
	}
	if logins := len(r.load.journal.Logins()); logins > 0 { // those of the warm-up, too
		each := rounded(float64(fuller-full)/float64(logins), 1)
		r.result.DiskBytes = &each
	}
	return memory, nil
}

// usage is the processor time of everybody.
type usage struct {
	local.Usage
	generator time.Duration
}

func (r *localRun) usage() (usage, error) {
	u, err := r.stack.Usage()
	return usage{u, ownTime()}, err
}

// take writes down what a window gave. A later one takes the place of an earlier one.
func (r *localRun) take(w Window, before, after usage) {
	m := r.load.Measure(w)
	each := func(before, after time.Duration) float64 {
		return microseconds((after - before) / time.Duration(max(m.Done, 1)))
	}
	r.result.measured(m, w, r.sampler.medians())
	r.result.CPU = &CPU{
		Server: each(before.Server, after.Server), MobileAPI: each(before.MobileAPI, after.MobileAPI), PushGW: each(before.PushGW, after.PushGW),
		Redis: each(before.Redis, after.Redis), Postgres: each(before.Postgres, after.Postgres),
	}
	r.result.generator, r.result.fakes = each(before.generator, after.generator), each(before.Fakes, after.Fakes)
}

// measured writes down what can be measured of any Jawort.
func (r *result) measured(m Measures, w Window, s Signatures) {
	r.measures = m
	r.ApprovalsPerSecond = rounded(float64(m.Done)/w.End.Sub(w.Begin).Seconds(), 10)
	r.Create, r.Push, r.DecisionToBrowser = PercentilesOf(m.Create), PercentilesOf(m.Push), PercentilesOf(m.Decided)
	r.P256Verify, r.sign = microseconds(s.Verify), microseconds(s.Sign)
}

// conclude checks, tells, and says whether everything held.
func (r *localRun) conclude(ctx context.Context) error {
	r.say("comparing what everybody saw with the database")
	verdict, err := r.load.Check(ctx, Rows{r.stack})
	if err != nil {
		return fmt.Errorf("bench: check: %w", err)
	}
	return r.result.finish(verdict, r.load, r.JSON, r.Out, r.progress.out)
}

// finish writes and prints the report, and returns ErrNotKept where something did not hold, or else ErrAiling where something did not work.
func (r *result) finish(v Verdict, l *Load, file string, out, progress io.Writer) error {
	if r.errors == nil {
		r.errors = map[string]int{}
	}
	for what, n := range l.journal.Errors() {
		r.errors[what] += n
	}
	r.Errors = 0
	for _, n := range r.errors {
		r.Errors += n
	}
	r.verdict, r.Lost, r.Double = v, len(v.Lost), len(v.Double)
	r.Ailing = append([]string{}, l.ailing(r.Errors)...)
	if file != "" {
		if err := r.Report.write(file); err != nil {
			return err
		}
	}
	if err := r.print(out); err != nil {
		return err
	}
	explain(progress, "lost:", v.Lost)
	explain(progress, "double:", v.Double)
	if r.Lost+r.Double > 0 {
		return fmt.Errorf("bench: %w: %d lost, %d double", ErrNotKept, r.Lost, r.Double)
	}
	if len(r.Ailing) > 0 {
		return fmt.Errorf("bench: %w: %s", ErrAiling, strings.Join(r.Ailing, "; "))
	}
	return nil
}

// KeyFrom reads an API key from a file.
func KeyFrom(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}
