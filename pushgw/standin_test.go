package pushgw_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/pushgw"
)

// fakeQueue is a consumer group in memory with one consumer.
type fakeQueue struct {
	mu      sync.Mutex
	err     error
	fresh   []approval.QueuedJob
	taken   []takenJob
	renewed int
	again   bool // something was reclaimed
	looks   int  // how many jobs were handed out again
	news    chan struct{}
}

type takenJob struct {
	approval.QueuedJob
	at time.Time
}

func (q *fakeQueue) put(jobs ...approval.QueuedJob) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.fresh = append(q.fresh, jobs...)
	select {
	case q.news <- struct{}{}:
	default:
	}
}

func (q *fakeQueue) fail(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.err = err
}

func (q *fakeQueue) Read(ctx context.Context, most int, block time.Duration) ([]approval.QueuedJob, error) {
	deadline := time.NewTimer(block)
	defer deadline.Stop()
	for {
		if jobs := q.take(most); len(jobs) > 0 {
			return jobs, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-deadline.C:
			return nil, nil
		case <-q.news:
		}
	}
}

func (q *fakeQueue) take(most int) []approval.QueuedJob {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(most, len(q.fresh))
	jobs := slices.Clone(q.fresh[:n])
	q.fresh = q.fresh[n:]
	for _, j := range jobs {
		q.taken = append(q.taken, takenJob{j, time.Now()})
	}
	return jobs
}

func (q *fakeQueue) Reclaim(_ context.Context, idle time.Duration, most int) ([]approval.QueuedJob, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return nil, q.err
	}
	var jobs []approval.QueuedJob
	for i := range q.taken {
		if len(jobs) < most && time.Since(q.taken[i].at) >= idle {
			q.taken[i].at = time.Now()
			jobs = append(jobs, q.taken[i].QueuedJob)
			q.again = true
			q.looks++
		}
	}
	return jobs, nil
}

func (q *fakeQueue) Renew(_ context.Context, jobs []approval.QueuedJob) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return q.err
	}
	q.renewed++
	for i := range q.taken {
		if slices.ContainsFunc(jobs, func(j approval.QueuedJob) bool { return j.Entry == q.taken[i].Entry }) {
			q.taken[i].at = time.Now()
		}
	}
	return nil
}

func (q *fakeQueue) Ack(_ context.Context, job approval.QueuedJob) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return q.err
	}
	q.taken = slices.DeleteFunc(q.taken, func(j takenJob) bool { return j.Entry == job.Entry })
	return nil
}

func (q *fakeQueue) Depth(context.Context) (int64, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(len(q.fresh) + len(q.taken)), q.err
}

func (q *fakeQueue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.fresh)+len(q.taken) == 0
}

func (q *fakeQueue) renewals() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.renewed
}

func (q *fakeQueue) reclaimedAgain() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.again
}

// handedOutAgain counts what was reclaimed since it was last asked.
func (q *fakeQueue) handedOutAgain() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, q.looks = q.looks, 0
	return n
}

// fakeApprovals knows one approval.
type fakeApprovals struct {
	mu      sync.Mutex
	err     error
	markErr error
	pending *approval.Pending
	marks   map[string]approval.Progress
}

func (a *fakeApprovals) Pending(context.Context, string) (approval.Pending, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return approval.Pending{}, a.err
	}
	if a.pending == nil {
		return approval.Pending{}, approval.ErrUnknown
	}
	return *a.pending, nil
}

func (a *fakeApprovals) Mark(_ context.Context, _, installation string, p approval.Progress) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := errors.Join(a.err, a.markErr); err != nil {
		return err
	}
	a.marks[installation] = p
	return nil
}

func (a *fakeApprovals) mark(installation string) approval.Progress {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.marks[installation]
}

func (a *fakeApprovals) end(string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pending = nil
}

func (a *fakeApprovals) change(f func(*approval.Pending)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f(a.pending)
}

func (a *fakeApprovals) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}

func (a *fakeApprovals) failMarks(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.markErr = err
}

// fakeNotices knows one state of all notices.
type fakeNotices struct {
	mu     sync.Mutex
	err    error
	unread bool
	pushed []string
}

func (n *fakeNotices) NoticeUnread(context.Context, string) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.unread, n.err
}

func (n *fakeNotices) NoticePushed(_ context.Context, id string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.err == nil {
		n.pushed = append(n.pushed, id)
	}
	return n.err
}

func (n *fakeNotices) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.pushed)
}

func (n *fakeNotices) read() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unread = false
}

func (n *fakeNotices) fail(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err = err
}

type retirement struct {
	installation string
	version      int64
	since        time.Time
}

type fakeAddresses struct {
	mu      sync.Mutex
	err     error
	retired []retirement
}

func (a *fakeAddresses) RetireAddress(_ context.Context, installation string, version int64, since time.Time) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return false, a.err
	}
	a.retired = append(a.retired, retirement{installation, version, since})
	return true, nil
}

func (a *fakeAddresses) all() []retirement {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.retired)
}

func (a *fakeAddresses) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}

// fakeProvider accepts what it has no other answer for.
type fakeProvider struct {
	mu       sync.Mutex
	answers  map[string][]error
	standard error
	hang     map[string]bool
	accepted []pushgw.Push
	tries    map[string][]time.Time
}

func newFakeProvider() *fakeProvider {
	return &fakeProvider{answers: map[string][]error{}, hang: map[string]bool{}, tries: map[string][]time.Time{}}
}

func (f *fakeProvider) Send(ctx context.Context, p pushgw.Push) error {
	err, hang := f.decide(p)
	if !hang {
		return err
	}
	<-ctx.Done()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &pushgw.Failure{Kind: pushgw.Again, Reason: "timeout"}
	}
	return &pushgw.Failure{Kind: pushgw.Again, Reason: "stopped"}
}

func (f *fakeProvider) decide(p pushgw.Push) (err error, hang bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	token := p.Address.Token
	f.tries[token] = append(f.tries[token], time.Now())
	err = f.standard
	if queue := f.answers[token]; len(queue) > 0 {
		err, f.answers[token] = queue[0], queue[1:]
	}
	if err == nil && !f.hang[token] {
		f.accepted = append(f.accepted, p)
	}
	return err, f.hang[token]
}

func (f *fakeProvider) answer(token string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[token] = append(f.answers[token], err)
}

func (f *fakeProvider) always(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.standard = err
}

func (f *fakeProvider) silence(token string, silent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hang[token] = silent
}

func (f *fakeProvider) sent() []pushgw.Push {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.accepted)
}

func (f *fakeProvider) triesAt(token string) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.tries[token])
}

var errGone = errors.New("store is gone")

// webProvider fails for one endpoint.
type webProvider struct {
	*fakeProvider
	bad string
}

func newWebProvider(bad string) *webProvider { return &webProvider{newFakeProvider(), bad} }

func (w *webProvider) Send(_ context.Context, p pushgw.Push) error {
	endpoint := p.Address.Subscription.Endpoint
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tries[endpoint] = append(w.tries[endpoint], time.Now())
	if endpoint == w.bad {
		return &pushgw.Failure{Kind: pushgw.Again, Reason: "no-answer"}
	}
	return nil
}

func (w *webProvider) triesOf(endpoint string) int { return len(w.triesAt(endpoint)) }
