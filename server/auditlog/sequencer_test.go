package auditlog_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/account"
	domain "github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/server/auditlog"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/outbox"
)

func (w *world) put(events ...outbox.Event) {
	w.Helper()
	for _, e := range events {
		must(w, outbox.Put(w.Context(), w.lasting.Writes(), e))
	}
}

func TestWhatHappenedIsAppendedAndSigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticks, _ := w.sequencer()
	events := make([]outbox.Event, 121)
	for i := range events {
		events[i] = w.enrolled(i%2, "acc_1")
	}
	w.put(events...)
	w.done(ticks.sequence)
	w.wantCount(121, "audit_entries")
	w.wantCount(2, "audit_heads")
	w.put(w.enrolled(0, "acc_1"))
	w.done(ticks.sequence)
	w.wantCount(122, "audit_entries")
	w.wantCount(2, "audit_heads") // the last one is young
	must(t, w.lasting.SetClockOffset(t.Context(), auditlog.HeadEvery+time.Second))
	w.done(ticks.sequence)
	w.wantCount(3, "audit_heads")
	_, body := w.get(0, "/v1/audit/export")
	if report, err := domain.Verify(bytes.NewReader(body), w.published()); err != nil || report.Entries != 62 || report.Heads != 3 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestOfTwoSequencersOneWorksAndTheOtherFollowsItAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, stop := w.sequencer()
	second, _ := w.sequencer()
	w.done(first.sequence)
	w.done(second.sequence)
	w.wantCount(1, "audit_sequencer WHERE token = 1")
	stop()
	w.put(w.enrolled(0, "acc_1"))
	w.done(second.sequence)
	w.wantCount(1, "audit_entries")
	w.wantCount(1, "audit_sequencer WHERE token = 2")
}

// sleepy is the database of a sequencer that sleeps just before its first batch, its lease in hand.
type sleepy struct {
	auditlog.Chains
	once         sync.Once
	asleep, wake chan struct{}
}

func (s *sleepy) Append(ctx context.Context, t audit.Token, lease time.Duration, limit int) (int, error) {
	s.once.Do(func() {
		close(s.asleep)
		<-s.wake
	})
	return s.Chains.Append(ctx, t, lease, limit)
}

func TestASequencerThatSleptLetsTheOtherGoOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	chains := &sleepy{Chains: w.records, asleep: make(chan struct{}), wake: make(chan struct{})}
	first, _ := w.sequencerOf(chains)
	second, _ := w.sequencer()
	first.sequence <- time.Time{}
	<-chains.asleep
	must(t, w.lasting.SetClockOffset(t.Context(), time.Hour))
	w.done(second.sequence)
	w.put(w.enrolled(0, "acc_1"))
	close(chains.wake)
	w.done(first.sequence)
	w.done(second.sequence)
	w.wantCount(1, "audit_entries")
	w.wantCount(1, "audit_sequencer WHERE token = 2") // the second had it all the time
	if log := w.log.String(); log != "" {
		t.Errorf("logged:\n%s", log)
	}
}

// slow is a database that does not get through more than a few events in time.
type slow struct {
	auditlog.Chains
	limits []int
}

func (s *slow) Append(ctx context.Context, t audit.Token, lease time.Duration, limit int) (int, error) {
	s.limits = append(s.limits, limit)
	if limit > 50 {
		return 0, refusal.ErrUnavailable
	}
	return s.Chains.Append(ctx, t, lease, limit)
}

func TestASlowDatabaseGetsSmallerBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	events := make([]outbox.Event, 40)
	for i := range events {
		events[i] = w.enrolled(0, "acc_1")
	}
	w.put(events...)
	chains := &slow{Chains: w.records}
	ticks, stop := w.sequencerOf(chains)
	for range 3 {
		w.done(ticks.sequence)
	}
	stop()
	w.wantCount(40, "audit_entries")
	if !slices.Equal(chains.limits[:4], []int{500, 125, 31, 62}) {
		t.Errorf("batches of %v", chains.limits)
	}
}

// Who may write to the database makes a history of their own and waits for the server to sign it.
func TestAHistoryThatContradictsWhatWasSignedIsNotSigned(t *testing.T) {
	t.Parallel()
	for name, restart := range map[string]bool{"while it runs": false, "while nobody looks": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			ticks, stop := w.sequencer()
			w.put(w.enrolled(0, "acc_1"), w.enrolled(1, "acc_2"))
			w.done(ticks.sequence)
			w.wantCount(2, "audit_heads")
			if restart {
				stop()
				ticks, _ = w.sequencer()
			}
			w.forge()
			if !restart {
				w.exec(`DELETE FROM audit_heads WHERE tenant = $1`, w.tenants[0].ID) // what only memory knows
			}
			w.put(w.enrolled(0, "acc_1"), w.enrolled(1, "acc_2"))
			must(t, w.lasting.SetClockOffset(t.Context(), time.Hour))
			w.done(ticks.sequence)
			w.wantCount(0, "audit_heads WHERE tenant = $1 AND sequence = 2", w.tenants[0].ID)
			w.wantCount(1, "audit_heads WHERE tenant = $1 AND sequence = 2", w.tenants[1].ID)
			if log := w.log.String(); !strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, w.tenants[0].ID) {
				t.Errorf("logged:\n%s", log)
			}
		})
	}
}

// forge replaces the first tenant's one entry by another that is as well formed.
func (w *world) forge() {
	w.Helper()
	chain := domain.NewChain(w.tenants[0].ID)
	e, _, err := chain.Append(domain.Fact{ID: "aud_forged", Kind: "device.enrolled", Actor: "key:key_stranger", Time: time.Now()}, nil)
	must(w, err)
	w.exec(`UPDATE audit_entries SET id = $2, application = '', account = '', subject = '', actor = $3, data = '{}', at = $4, commitments = '{}', hash = $5
		WHERE tenant = $1`, e.Tenant, e.ID, e.Actor, e.Time.UnixMicro(), e.Hash[:])
	w.exec(`DELETE FROM audit_personal WHERE tenant = $1`, e.Tenant)
	w.exec(`UPDATE audit_chains SET hash = $2 WHERE tenant = $1`, e.Tenant, e.Hash[:])
}

func TestAHeadThatIsNotOursIsNoGroundToSignOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happened(w.enrolled(0, "acc_1"))
	w.exec(`INSERT INTO audit_heads (tenant, sequence, jws) VALUES ($1, 1, 'e30.e30.e30')`, w.tenants[0].ID)
	ticks, _ := w.sequencer()
	w.done(ticks.sequence)
	w.wantCount(1, "audit_heads")
	w.wantCount(1, "audit_chains WHERE signed_sequence = 0")
	if log := w.log.String(); !strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("logged:\n%s", log)
	}
}

func TestPersonalDataIsKeptAsLongAsItsTenantSays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tenants[0].Policy = account.TenantPolicy{Retention: account.Retention{PersonalData: 2}}
	must(t, w.lasting.UpdateTenant(t.Context(), w.lasting.Writes(), w.tenants[0]))
	w.happened(w.enrolled(0, "acc_1"), w.enrolled(1, "acc_2"))
	ticks, _ := w.sequencer()
	w.done(ticks.retention)
	w.wantCount(4, "audit_personal")
	must(t, w.lasting.SetClockOffset(t.Context(), 63*24*time.Hour))
	w.done(ticks.retention)
	w.wantCount(2, "audit_personal")
	w.wantCount(2, "audit_personal WHERE tenant = $1", w.tenants[1].ID)
	w.wantCount(2, "audit_entries")
}
