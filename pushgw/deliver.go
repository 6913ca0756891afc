package pushgw

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/jawort/jawort/account"
	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/backoff"
	"github.com/jawort/jawort/outbound"
)

// delivery is one job on its way.
type delivery struct {
	*Gateway
	job      approval.QueuedJob
	push     Push
	stop     <-chan struct{} // no more waiting
	attempts int
	failures int // in a row, of attempts and of stores
}

// deliver brings one job to its end, or leaves it in the stream when stop or work ends first.
func (g *Gateway) deliver(work context.Context, stop <-chan struct{}, job approval.QueuedJob) {
	d := &delivery{Gateway: g, job: job, stop: stop}
	end, ok := d.end(work)
	if !ok {
		return
	}
	d.settle(work, end)
}

// end is how a job came to its end.
type end struct {
	result  string
	failure *Failure // nil: accepted, or no longer of use
}

// The results that are counted, beside the kinds of failure that are final.
const (
	resultAccepted = "accepted"
	resultExpired  = "expired"  // too late
	resultEnded    = "ended"    // answered before it was sent
	resultGivenUp  = "given-up" // no try is left before it expires
)

func failed(f *Failure) end { return end{result: f.Kind.String(), failure: f} }

// end tries until the job has an end; false: it is left to be taken over.
func (d *delivery) end(work context.Context) (end, bool) {
	if d.expired() {
		return end{result: resultExpired}, true
	}
	if err := d.prepare(); err != nil {
		return failed(err), true
	}
	ln, leave, err := d.lanes.enter(d.push.Address)
	if errors.Is(err, errCrowded) {
		return end{}, false
	}
	if err != nil {
		return failed(&Failure{Kind: Alarm, Reason: "app-not-configured"}), true
	}
	defer leave()
	return d.try(work, ln)
}

// prepare makes the push of the job.
func (d *delivery) prepare() *Failure {
	r := d.job.Recipient
	opened, err := d.Open(r.Address)
	if err != nil {
		return &Failure{Kind: Alarm, Reason: "address-not-opened"}
	}
	d.push = Push{Kind: d.job.Kind, ID: d.job.ID, Expires: d.job.ExpiresAt}
	if !d.job.KeepUntil.IsZero() {
		d.push.Expires = d.job.KeepUntil
	}
	if err := json.Unmarshal(opened, &d.push.Address); err != nil {
		return &Failure{Kind: Alarm, Reason: "address-not-readable"}
	}
	title, body := ApprovalTitle, ApprovalBody
	switch d.job.Kind {
	case approval.JobWithdrawn:
		title, body = WithdrawnTitle, WithdrawnBody
	case approval.JobNotice:
		title, body = NoticeTitle, NoticeBody
	case approval.JobTest:
		title, body = TestTitle, TestBody
	}
	d.push.Title, d.push.Body = d.Texts(r.Language, title), d.Texts(r.Language, body)
	return nil
}

// try tries until the push is accepted, final or of no use any more.
func (d *delivery) try(work context.Context, ln *lane) (end, bool) {
	for {
		free, ok := ln.slot(work)
		if !ok {
			return end{}, false
		}
		e, pause, done := d.step(work, ln)
		free()
		if done {
			return e, true
		}
		if !wait(work, d.stop, min(pause, d.left())) {
			return end{}, false
		}
	}
}

// step makes an attempt if the push is still of use. Where that brings no end it says how long to wait.
func (d *delivery) step(work context.Context, ln *lane) (e end, pause time.Duration, done bool) {
	if d.expired() {
		return end{result: resultExpired}, 0, true
	}
	wanted, err := d.wanted(work)
	if err != nil {
		d.failures++
		return end{}, d.Pace.pause(d.failures, d.Random), false
	}
	if !wanted {
		return end{result: resultEnded}, 0, true
	}
	return d.attempt(work, ln)
}

func (d *delivery) attempt(work context.Context, ln *lane) (e end, pause time.Duration, done bool) {
	begun := d.Now()
	err := ln.send(work, d.Pace.Attempt, d.push)
	if errors.Is(err, errResting) { // costs no try: nothing was sent
		return end{}, d.Pace.Rest/4 + backoff.Jitter(d.Pace.Rest/4, d.Random), false
	}
	d.attempts++
	d.metrics.attempted(d.push.Address.Provider, d.Now().Sub(begun), err)
	if err == nil {
		return end{result: resultAccepted}, 0, true
	}
	f := failureOf(err)
	if f.final() {
		return failed(f), 0, true
	}
	d.failures++
	d.Log.DebugContext(work, "push attempt failed", append(d.attrs(), slog.String("reason", f.Reason))...)
	return d.again(f)
}

// again decides whether there is time for another try. If not, the browser should know at once.
func (d *delivery) again(f *Failure) (e end, pause time.Duration, done bool) {
	pause = d.Pace.pause(d.failures, d.Random)
	if f.After > 0 {
		pause = f.After + backoff.Jitter(d.Pace.Backoff, d.Random)
	}
	if f.Reason != outbound.Stopped && pause >= d.left() {
		return end{result: resultGivenUp, failure: f}, 0, true
	}
	return end{}, pause, false
}

func (d *delivery) left() time.Duration { return d.job.ExpiresAt.Sub(d.Now()) }

func (d *delivery) expired() bool { return d.left() <= 0 }

const stateTimeout = 5 * time.Second

// wanted reports whether the push is still of use. A withdrawal or a test is until it expires.
func (d *delivery) wanted(work context.Context) (bool, error) {
	if d.job.Kind == approval.JobWithdrawn || d.job.Kind == approval.JobTest {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(work, stateTimeout)
	defer cancel()
	if d.job.Kind == approval.JobNotice {
		unread, err := d.Notices.NoticeUnread(ctx, d.job.ID)
		if err != nil {
			d.warn(work, "notice cannot be read before a push", err)
		}
		return unread, err
	}
	p, err := d.Approvals.Pending(ctx, d.job.ID)
	if errors.Is(err, approval.ErrUnknown) {
		return false, nil
	}
	if err != nil {
		d.warn(work, "approval cannot be read before a push", err)
		return false, err
	}
	return !p.Ended && !p.Superseded && p.ExpiresAt.After(d.Now()), nil
}

func (d *delivery) attrs() []any {
	return []any{
		slog.String(d.subject(), d.job.ID),
		slog.String("installation", d.job.Recipient.Installation),
		slog.String("kind", string(d.job.Kind)),
		slog.String("provider", d.provider()),
		slog.Int("attempts", d.attempts),
	}
}

// subject is what the push is about.
func (d *delivery) subject() string {
	switch d.job.Kind {
	case approval.JobNotice:
		return "notice"
	case approval.JobTest:
		return "test"
	default:
		return "approval"
	}
}

// provider names the provider for log and metrics; what a phone named and nobody checked stays out of them.
func (d *delivery) provider() string {
	switch p := d.push.Address.Provider; p {
	case account.FCM, account.APNs, account.Huawei, account.WebPush:
		return p
	default:
		return "unknown"
	}
}
