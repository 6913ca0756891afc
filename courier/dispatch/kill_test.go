package dispatch_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/jawort/jawort/courier"
	"github.com/jawort/jawort/courier/dispatch"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/messages"
)

// victimVariable makes this test program a worker that is killed.
const victimVariable = "JAWORT_TEST_VICTIM"

// suicidal is a sender whose process is killed once the provider has taken the message, before anybody can mark it.
type suicidal struct{ out io.Writer }

func (suicidal) Name() string { return "stage" }

func (s suicidal) Send(context.Context, courier.Message) (string, error) {
	_, _ = io.WriteString(s.out, "taken\n") // what the provider has
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// beKilled works until it is killed. Only the key of the one who put the message opens it.
func beKilled(url string) {
	ctx := context.Background()
	set, err := keys.Load(os.Getenv(victimVariable + "_KEYS"))
	if err != nil {
		panic(err)
	}
	d, err := db.Open(ctx, url, db.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err)
	}
	pace := quick()
	pace.Lease = 2 * time.Second
	_ = dispatch.New(dispatch.Options{
		Queue: messages.New(d, set, ledger{}), Senders: onlySMS(suicidal{os.Stdout}), Pace: pace,
		Metrics: prometheus.NewRegistry(), Now: time.Now, Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
	}).Run(ctx)
}

func newWorldRegistry() *prometheus.Registry { return prometheus.NewRegistry() }

func TestAWorkerThatIsKilledBetweenSendingAndMarkingLosesNothing(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	s := &stage{}
	w := newWorldAt(t, url, onlySMS(s))
	path := t.TempDir() + "/keys.json"
	set, err := keys.Generate()
	w.must(err)
	w.must(set.Save(path))
	w.store = messages.New(w.db, set, ledger{})
	w.options.Queue = w.store
	m := w.put()

	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), victimVariable+"="+url, victimVariable+"_KEYS="+path)
	out, err := victim.Output()
	if status, ok := victim.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL || string(out) != "taken\n" {
		t.Fatalf("the victim ended by itself: %v, %q", err, out)
	}
	if w.state(m) != courier.Queued || len(w.told(m)) != 0 {
		t.Fatalf("it is %s, the ledger was told %q", w.state(m), w.told(m))
	}
	w.run()
	w.wantState(m, courier.Sent)
	if s.count() != 1 {
		t.Errorf("sent %d times again", s.count())
	}
	if told := w.told(m); !slices.Equal(told, []string{"sent"}) {
		t.Errorf("the ledger was told %q, want one row", told)
	}
	n, err := db.One(t.Context(), w.db.Reads(), db.ScanInt, `SELECT COUNT(*) FROM messages`)
	w.must(err)
	if n != 1 {
		t.Errorf("%d rows for one message", n)
	}
}
