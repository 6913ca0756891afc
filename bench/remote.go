package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/bench/local"
	"github.com/jawort/jawort/bench/waiting"
)

// Remote says how somebody's Jawort is loaded. Its phones have no push address: they look by themselves.
type Remote struct {
	Options
	Target    Target
	Confirmed bool   // that it may be loaded
	Program   string // whose subcommand holds the sockets
	Sockets   int
	JSON      string

	Out, Progress io.Writer
}

// What is asked of a system that somebody else may rely on has an end.
const (
	longestRemote = 15 * time.Minute
	mostRemote    = 200_000
	mostAccounts  = 20_000
)

// Validate names the option that cannot be.
func (o Remote) Validate() error {
	if err := o.Options.Validate(); err != nil {
		return err
	}
	switch {
	case !o.Confirmed:
		return errors.New("this makes accounts, phones and logins at " + o.Target.ServerURL + " by the thousand; where that may be, say so with --confirm-load")
	case o.Target.Key == "" || o.Target.Origin == "":
		return errors.New("key-file and origin: a key with the scopes login, enrol and admin, and an origin of its application, are needed")
	case o.WarmUp+o.Duration > longestRemote:
		return fmt.Errorf("duration: at most %s with warm-up, where it is not --local", longestRemote)
	case o.Rate*(o.WarmUp+o.Duration).Seconds() > mostRemote:
		return fmt.Errorf("rate: at most %d logins in all, where it is not --local", mostRemote)
	case o.People+accountsFor(o.Sockets) > mostAccounts:
		return fmt.Errorf("people, sockets: at most %d accounts, where it is not --local", mostAccounts)
	case o.Sockets < 0 || o.Sockets > maxSockets || o.Sockets > 0 && o.WarmUp+o.Duration+o.Think+o.Patience > waitingLife-time.Minute:
		return fmt.Errorf("sockets: must be 0 to %d, and wait for ten minutes at most", maxSockets)
	}
	return nil
}

// RunRemote loads a Jawort that runs elsewhere, checks what everybody saw against what its API tells, and deletes the accounts that
// it made, also where it is interrupted.
func RunRemote(ctx context.Context, o Remote) (err error) {
	if err := o.Validate(); err != nil {
		return err
	}
	p := progress{o.Progress, time.Now()}
	load, err := NewLoad(o.Options, o.Target, "bench-"+strconv.FormatInt(time.Now().Unix(), 36)+"-")
	if err != nil {
		return err
	}
	defer load.Close()
	load.waiting = o.Sockets
	defer func() { err = errors.Join(err, load.leave(context.WithoutCancel(ctx), p)) }()
	stop := p.during(func() string { return fmt.Sprintf("%d accounts have registered their phones", load.registered.Load()) })
	err = load.Register(ctx)
	stop()
	if err != nil {
		return fmt.Errorf("bench: register: %w", err)
	}
	r := result{options: o.Options}
	if err := o.measure(ctx, load, p, &r); err != nil {
		return err
	}
	p.say("comparing what everybody saw with what the API tells")
	verdict, err := load.Check(ctx, Told{load})
	if err != nil {
		return fmt.Errorf("bench: check: %w", err)
	}
	return r.finish(verdict, load, o.JSON, o.Out, o.Progress)
}

func (o Remote) measure(ctx context.Context, load *Load, p progress, r *result) error {
	if o.Sockets > 0 {
		pages, err := load.waitingPages(ctx, load.prefix+waitingRole, o.Sockets)
		if err != nil {
			return fmt.Errorf("bench: sockets: %w", err)
		}
		holders, err := waiting.Start(o.Program, pages, local.Apart())
		if err != nil {
			return err
		}
		defer holders.Close()
		defer func() { r.Sockets, _ = holders.Count() }()
	}
	sampler, err := newSampler()
	if err != nil {
		return err
	}
	sampling, stopSampling := context.WithCancel(ctx)
	sampled := make(chan struct{})
	go func() { defer close(sampled); sampler.run(sampling) }()
	stopTelling := p.during(load.telling())
	var before, after time.Duration
	w := load.Run(ctx, Phase{Begin: func() { before = ownTime() }, End: func() { after = ownTime() }})
	stopTelling()
	stopSampling()
	<-sampled
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.measured(load.Measure(w), w, sampler.medians())
	r.generator = microseconds((after - before) / time.Duration(max(r.measures.Done, 1)))
	return nil
}

// leaving bounds how long deleting the accounts may take.
const leaving = 2 * time.Minute

// leave deletes the accounts that were made, and with them their phones.
func (l *Load) leave(ctx context.Context, p progress) error {
	ctx, cancel := context.WithTimeout(ctx, leaving)
	defer cancel()
	accounts := l.journal.Accounts()
	p.say("deleting %d accounts", len(accounts))
	var g errgroup.Group
	g.SetLimit(registering)
	for _, name := range accounts {
		g.Go(func() error {
			if err := l.service.DeleteAccount(ctx, name); err != nil && brief(err) != "unknown-account" {
				return fmt.Errorf("bench: account %s is left behind: %w", name, err)
			}
			return nil
		})
	}
	return g.Wait()
}
