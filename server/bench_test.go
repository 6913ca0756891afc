package server_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/jawort/jawort/approval"
	"github.com/jawort/jawort/server"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/live/redistest"
)

const waitingPages = 9000

// BenchmarkMemoryPerWaitingSocket reports by how much the resident memory of a server grows per browser that waits.
// The browsers are another process, because of the limit of open files and so that they do not count.
func BenchmarkMemoryPerWaitingSocket(b *testing.B) {
	if os.Getenv("JAWORT_BENCH_PAGES") != "" {
		bePages(b)
		return
	}
	w := newWorldOn(b, redistest.Start(b).URL, pgtest.New(b)) // stores in the process would be measured with it
	i := w.serve(func(o *server.Options) { o.Edge.Log = slog.New(slog.NewJSONHandler(io.Discard, nil)) })
	const accounts = waitingPages / approval.MaxPending
	var targets strings.Builder
	for n := range accounts {
		externalID := strconv.Itoa(n)
		w.addPhone(w.app, externalID, "phone")
		for range approval.MaxPending {
			q := ask(externalID)
			q["expires_in"] = 600
			c := i.call("POST", "/v1/approvals", q).want(201, "")
			fmt.Fprintf(&targets, "%s %s\n", c.text("socket", "url"), c.text("socket", "ticket"))
		}
	}
	i.Client().CloseIdleConnections()
	before := resident(b)
	for b.Loop() {
		pages, stop := startPages(b, targets.String())
		i.eventually(func() bool { return i.gauge("jawort_hub_sockets") == waitingPages })
		b.ReportMetric(float64(resident(b)-before)/float64(pages), "B/socket")
		stop()
		i.eventually(func() bool { return i.gauge("jawort_hub_sockets") == 0 })
	}
}

// resident returns the resident memory after all that can be freed has been.
func resident(b *testing.B) int64 {
	runtime.GC()
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			return kib << 10
		}
	}
	b.Fatal("no VmRSS")
	return 0
}

// startPages runs this binary once more, as browsers, and returns when all of them wait.
func startPages(b *testing.B, targets string) (count int, stop func()) {
	cmd := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^$", "-test.bench=^BenchmarkMemoryPerWaitingSocket$", "-test.benchtime=1x")
	cmd.Env = append(os.Environ(), "JAWORT_BENCH_PAGES=yes")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if _, err := io.WriteString(in, targets+"\n"); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n, ok := strings.CutPrefix(lines.Text(), "waiting "); ok {
			count, _ = strconv.Atoi(n)
			break
		}
	}
	if count != waitingPages {
		b.Fatalf("%d pages wait", count)
	}
	return count, func() {
		_ = in.Close()
		for lines.Scan() { // to its end
		}
		_ = cmd.Wait()
	}
}

// bePages waits at the sockets that standard input names, until it ends.
func bePages(b *testing.B) {
	in := bufio.NewScanner(os.Stdin)
	var open []*websocket.Conn
	for in.Scan() && in.Text() != "" {
		url, ticket, _ := strings.Cut(in.Text(), " ")
		dialer := websocket.Dialer{Subprotocols: []string{"jawort.v1", "ticket." + ticket}, ReadBufferSize: 512, WriteBufferSize: 512}
		conn, _, err := dialer.Dial(url, http.Header{"Origin": {origin}})
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := conn.ReadMessage(); err != nil {
			b.Fatal(err)
		}
		open = append(open, conn)
	}
	fmt.Printf("\nwaiting %d\n", len(open))
	for in.Scan() {
	}
	for _, conn := range open {
		_ = conn.Close()
	}
}

// BenchmarkDecisionToFrame reports the time from a decision being recorded to the browser's last frame.
func BenchmarkDecisionToFrame(b *testing.B) {
	b.Run("embedded", func(b *testing.B) { decisionToFrame(b, newWorld(b)) })
	b.Run("Redis and Postgres", func(b *testing.B) { decisionToFrame(b, newWorldOn(b, redistest.Start(b).URL, pgtest.New(b))) })
}

func decisionToFrame(b *testing.B, w *world) {
	i := w.serve()
	p := w.addPhone(w.app, "4711", "phone")
	var took []time.Duration
	for b.Loop() {
		b.StopTimer()
		c := i.create("4711")
		page := i.wait(c)
		page.until("pending")
		pending, err := w.live.Pending(b.Context(), c.text("id"))
		w.must(err)
		b.StartTimer()
		_, err = w.decideSilently(p, c.text("id"), approval.Approve)
		accepted := time.Now()
		w.must(err)
		w.must(w.live.Wake(b.Context(), c.text("id")))
		page.until("approved")
		took = append(took, time.Since(accepted))
		b.StopTimer()
		w.must(w.live.End(b.Context(), pending.ID, p.installation, approval.StatusApproved)) // makes room for the next
		b.StartTimer()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}
