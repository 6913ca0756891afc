package bench

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/client"
)

// Load is a number of people and what they do. Register it once; then Run it, once or more often.
type Load struct {
	o       Options
	target  Target
	prefix  string // of the accounts' names
	wires   wires
	service *client.Client
	cast    cast
	waiting int // sockets for which accounts are registered by the API
	bells   *bells
	journal *Journal
	now     func() time.Time

	forgotten time.Time

	registered atomic.Int64
	started    atomic.Int64
	ended      atomic.Int64
	failed     atomic.Int64
}

// NewLoad prepares a load. The accounts' names begin with prefix.
func NewLoad(o Options, t Target, prefix string) (*Load, error) {
	if t.Trusting == "" {
		o.Trusted = 0
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	l := &Load{o: o, target: t, prefix: prefix, wires: t.wires(o.NewConns), bells: newBells(), journal: &Journal{}, now: time.Now}
	if t.Wakes != nil {
		t.Wakes.OnPush(l.bells.hear)
	}
	var err error
	l.service, err = client.New(client.Config{BaseURL: t.ServerURL, Key: t.Key, HTTPClient: l.wires.service})
	return l, err
}

// Journal is what everybody saw so far.
func (l *Load) Journal() *Journal { return l.journal }

// Close gives the connections back.
func (l *Load) Close() { l.wires.close() }

// Window is the measured part of a run.
type Window struct {
	Begin, End time.Time
}

// Phase says what goes on around the window, each at its moment. Nil: nothing.
type Phase struct {
	Begin, End func()
}

// Run lets logins come at the rate until the duration is over or ctx ends, and returns when all of them have ended.
func (l *Load) Run(ctx context.Context, during Phase) Window {
	begin := l.now()
	w := Window{Begin: begin.Add(l.o.WarmUp), End: begin.Add(l.o.WarmUp + l.o.Duration)}
	var moments, logins sync.WaitGroup
	moments.Go(func() { l.at(ctx, w.Begin, during.Begin) })
	moments.Go(func() { l.at(ctx, w.End, during.End) })
	moments.Go(func() { l.churn(ctx, begin, w.End) })
	l.open(ctx, begin, w, &logins)
	logins.Wait()
	moments.Wait()
	return w
}

func (l *Load) at(ctx context.Context, when time.Time, do func()) {
	if sleepUntil(ctx, when) && do != nil {
		do()
	}
}

// open starts every login at its time, whatever has become of the ones before.
func (l *Load) open(ctx context.Context, begin time.Time, w Window, logins *sync.WaitGroup) {
	arrivals, plans := l.o.arrivals(), l.o.plans()
	for {
		intended := begin.Add(arrivals.next())
		if intended.After(w.End) || !sleepUntil(ctx, intended) {
			return
		}
		p := plans.next()
		who, as := l.choose(p)
		seen := &Login{Account: who.account, Kinds: kindsOf(p, who), Intended: intended, Measured: !intended.Before(w.Begin)}
		l.started.Add(1)
		logins.Go(func() { l.play(ctx, who, as, seen) })
	}
}

// choose finds somebody for the plan. Who has nothing to be trusted by is asked.
func (l *Load) choose(p plan) (*person, plan) {
	switch p.way {
	case byCode:
		return l.cast.byCode.take(), p
	case byTrust:
		who := l.cast.byTrust.take()
		if who.trusted() == "" {
			return who, plan{way: byPhone, decision: approve}
		}
		return who, p
	default:
		return l.cast.byPhone.take(), p
	}
}

func (l *Load) play(ctx context.Context, who *person, p plan, seen *Login) {
	ctx, waits, end := patient(ctx, seen.Intended.Add(l.o.Think+l.o.Patience))
	defer end()
	login := &login{Load: l, who: who, plan: p, seen: seen, patience: waits}
	login.run(ctx)
	if len(seen.Errors) > 0 {
		l.failed.Add(1)
	}
	l.ended.Add(1)
	l.journal.add(seen)
}

// earnTrust lets everybody who is going to be trusted confirm once, and keep the token.
func (l *Load) earnTrust(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(registering)
	for _, who := range l.cast.byTrust.people {
		g.Go(func() error {
			seen := &Login{Account: who.account, Intended: l.now()}
			l.started.Add(1)
			l.play(ctx, who, plan{way: byPhone, decision: approve}, seen)
			return ctx.Err()
		})
	}
	return g.Wait()
}

func sleepUntil(ctx context.Context, when time.Time) bool {
	left := time.Until(when)
	if left <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(left)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
