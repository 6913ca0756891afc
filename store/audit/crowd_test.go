package audit_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jawort/jawort/refusal"
	"github.com/jawort/jawort/store/audit"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/dbtest"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/outbox"
)

// asSequencer makes the test binary append to the database that it names, so that a test can kill it.
const asSequencer = "JAWORT_TEST_AUDIT_SEQUENCER"

// shortLease is shorter than many batches, so that sequencers take over from each other all the time.
const shortLease = 20 * time.Millisecond

// sequenceUntilKilled appends small batches for ever.
func sequenceUntilKilled(url string) int {
	ctx := context.Background()
	d, err := db.Open(ctx, url, db.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready")
	err = sequencing(ctx, audit.New(d, rand.Reader))
	fmt.Println(err)
	return 1
}

// sequencing leases and appends until ctx ends.
func sequencing(ctx context.Context, s *audit.Store) error {
	for {
		token, ok, err := s.Lease(ctx, shortLease)
		for ok && err == nil {
			_, err = s.Append(ctx, token, shortLease, 1+mathrand.IntN(40))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !errors.Is(err, audit.ErrFenced) && !errors.Is(err, refusal.ErrUnavailable) {
			return err
		}
	}
}

// written are writers that put events, now and then in transactions that last or come to nothing.
func (w *world) written(writers, each int) (wait func()) {
	var running sync.WaitGroup
	for writer := range writers {
		running.Go(func() {
			for i := range each {
				err := w.d.Transact(w.Context(), func(ctx context.Context, tx *sql.Tx) error {
					err := outbox.Put(ctx, tx, outbox.Event{Kind: "test", Tenant: fmt.Sprintf("ten_%d", i%3), Subject: fmt.Sprintf("%d-%d", writer, i)})
					if i%5 == 0 {
						return errors.Join(err, errRolledBack)
					}
					return err
				})
				if i%5 != 0 && err != nil || i%5 == 0 && !errors.Is(err, errRolledBack) {
					w.Error(err)
				}
			}
		})
	}
	return running.Wait
}

var errRolledBack = errors.New("rolled back on purpose")

// wantGapless checks that every committed event has one entry, and that all chains hold.
func (w *world) wantGapless(want int) {
	w.Helper()
	w.wantCount(want, "audit_entries")
	w.wantCount(want, "(SELECT DISTINCT subject FROM audit_entries) AS subjects")
	w.wantCount(0, "outbox WHERE sequenced_at = 0")
	total := int64(0)
	for i := range 3 {
		_, report := w.export(fmt.Sprintf("ten_%d", i))
		total += report.Entries
	}
	if total != int64(want) {
		w.Errorf("%d entries in the chains, want %d", total, want)
	}
}

func TestManyWritersAndContendingSequencersMakeOneGaplessChain(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	w := newWorld(t, dbtest.Open(t, url))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var sequencers sync.WaitGroup
	for range 3 {
		s := audit.New(dbtest.Open(t, url), rand.Reader)
		sequencers.Go(func() {
			if err := sequencing(ctx, s); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	followed := w.followed(ctx, 2)
	w.written(8, 150)()
	stop()
	sequencers.Wait()
	followed()
	w.drain(w.retaken())
	w.wantGapless(8 * 120)
	w.put(outbox.Event{Kind: "test"}) // the next batch takes along what both readers were done with at the same moment
	w.drain(w.retaken())
	w.wantCount(0, "outbox WHERE sequenced_at > 0 AND followed_at > 0")
	w.wantCount(1, "outbox")
}

// retaken takes the lease from whoever has it.
func (w *world) retaken() audit.Token {
	w.Helper()
	w.exec(`UPDATE audit_sequencer SET leased_until = 0`)
	return w.leased()
}

// followed are the outbox's other readers, which work on the same rows at the same time. Waiting for them has them finish.
func (w *world) followed(ctx context.Context, readers int) (wait func()) {
	events := &outbox.Store{DB: w.d}
	var running sync.WaitGroup
	for range readers {
		running.Go(func() {
			for more := true; more; {
				leased, err := events.Lease(w.Context(), 20, time.Minute)
				ids := make([]int64, len(leased))
				for i, e := range leased {
					ids[i] = e.ID
				}
				if err = errors.Join(err, events.Followed(w.Context(), ids)); err != nil { // such as a deadlock, which Postgres ends
					w.Error(err)
				}
				more = len(leased) > 0 || ctx.Err() == nil
			}
		})
	}
	return running.Wait
}

func TestASequencerThatIsKilledAtAnyMomentLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	w := newWorld(t, dbtest.Open(t, url))
	wait := w.written(4, 300)
	for range 12 {
		before := w.count("audit_entries")
		p := startSequencer(t, url)
		p.killAfter(w, before)
	}
	wait()
	w.drain(w.retaken())
	w.wantGapless(4 * 240)
}

type process struct{ cmd *exec.Cmd }

// startSequencer runs a sequencer in a process of its own.
func startSequencer(t *testing.T, url string) process {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), asSequencer+"="+url)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line := make([]byte, 16)
	if n, err := out.Read(line); err != nil || string(line[:n]) != "ready\n" {
		t.Fatalf("the sequencer says %q, %v", line[:n], err)
	}
	return process{cmd}
}

// killAfter kills the sequencer a moment after it has appended something, or once there is nothing left to append.
func (p process) killAfter(w *world, before int) {
	w.Helper()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for w.count("audit_entries") == before && w.count("outbox WHERE sequenced_at = 0") > 0 {
		<-again.C
	}
	moment := time.NewTimer(time.Duration(mathrand.IntN(15_000)) * time.Microsecond)
	<-moment.C
	must(w, p.cmd.Process.Kill())
	_ = p.cmd.Wait() // killed is what is expected
}

func TestAnAppendWhoseConnectionIsCutLosesAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	w := newWorld(t, dbtest.Open(t, url))
	sequencer := dbtest.Open(t, url)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := sequencing(ctx, audit.New(sequencer, rand.Reader)); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	wait := w.written(4, 150)
	for range 20 {
		w.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%audit%' AND pid <> pg_backend_pid()`)
	}
	wait()
	stop()
	<-done
	w.drain(w.retaken())
	w.wantGapless(4 * 120)
}

// A benchmark rather than a test: how fast it is depends on who else uses the machine.
func BenchmarkAppend(b *testing.B) {
	w := newWorld(b, dbtest.Open(b, pgtest.New(b)))
	token := w.leased()
	for b.Loop() {
		b.StopTimer()
		w.some("ten_a", 5000)
		b.StartTimer()
		for n := 500; n == 500; {
			var err error
			n, err = w.s.Append(b.Context(), token, lease, 500)
			must(b, err)
		}
	}
	b.ReportMetric(float64(5000*b.N)/b.Elapsed().Seconds(), "entries/s")
}
