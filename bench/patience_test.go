package bench

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jawort/jawort/bench/local"
)

func TestPatienceEndsAtItsTimeUnlessSomebodyWasAcknowledged(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	ctx, p, end := patient(t.Context(), begin.Add(50*time.Millisecond))
	defer end()
	p.longer(begin.Add(200 * time.Millisecond))
	p.longer(begin.Add(20 * time.Millisecond)) // it never becomes less
	<-ctx.Done()
	if waited := time.Since(begin); waited < 200*time.Millisecond || !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		t.Errorf("ended after %s with %v", waited, context.Cause(ctx))
	}
	p.longer(time.Now().Add(time.Hour))
	if ctx.Err() == nil {
		t.Error("it came back")
	}
}

// kept is a record of outcomes.
type kept map[string]Row

func (k kept) Outcomes(context.Context, []string) (map[string]Row, error)           { return k, nil }
func (k kept) PartialDenies(context.Context, []string) (map[string][]string, error) { return nil, nil }
func (k kept) Devices(context.Context, []string) (map[string]string, error)         { return nil, nil }
func (k kept) PushJobs(context.Context) (map[local.PushJob]string, error)           { return nil, nil }

func TestAPageThatIsSentAwayThoughThereIsAnOutcomeIsLostUnlessRedisForgot(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, c := range map[string]struct {
		record    kept
		forgotten time.Time
		want      string
	}{
		"with an outcome":                     {kept{"apr_1": {Status: "approved", At: now}}, time.Time{}, "nothing to wait for, and it is approved"},
		"with an outcome, and Redis forgot":   {kept{"apr_1": {Status: "approved", At: now}}, now.Add(time.Second), ""},
		"without one":                         {kept{}, time.Time{}, ""},
		"with an outcome, after Redis forgot": {kept{"apr_1": {Status: "approved", At: now}}, now.Add(-time.Second), "nothing to wait for"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &Load{o: DefaultOptions(), journal: &Journal{}, bells: newBells(), now: time.Now}
			l.Forgot(c.forgotten)
			l.journal.add(&Login{ID: "apr_1", Intended: now, Waited: true, Left: now.Add(time.Minute), Dropped: true})
			v, err := l.Check(t.Context(), c.record)
			if err != nil {
				t.Fatal(err)
			}
			wantLine(t, "lost", v.Lost, c.want)
		})
	}
}
