package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jawort/jawort/bench"
	"github.com/jawort/jawort/bench/local"
)

// harmed is an installation that is loaded a little, and harmed.
type harmed struct {
	*testing.T
	stack *local.Stack
}

// small is a load of a few logins, whose people do not think and have little patience.
func small() bench.Options {
	o := bench.DefaultOptions()
	o.Rate, o.Constant, o.Duration, o.WarmUp, o.People = 20, true, 500*time.Millisecond, 0, 4
	o.Deny, o.Wrong, o.Code, o.Trusted, o.Churn, o.Think = 0, 0, 0, 0, 0, 0
	return o
}

// load registers and runs a load, with what happens while its window lasts.
func (h harmed) load(o bench.Options, during bench.Phase, change ...func(*bench.Target)) (*bench.Load, bench.Window) {
	h.Helper()
	target := bench.TargetOf(h.stack)
	for _, c := range change {
		c(&target)
	}
	l, err := bench.NewLoad(o, target, strings.ReplaceAll(h.Name(), "/", "-")+"-")
	if err != nil {
		h.Fatal(err)
	}
	h.Cleanup(l.Close)
	if err := l.Register(h.Context()); err != nil {
		h.Fatal(err)
	}
	w := l.Run(h.Context(), during)
	if n := len(l.Journal().Logins()); n < 4 {
		h.Fatalf("%d logins came", n)
	}
	return l, w
}

func (h harmed) check(l *bench.Load) bench.Verdict {
	h.Helper()
	v, err := l.Check(h.Context(), bench.Rows{Stack: h.stack})
	if err != nil {
		h.Fatal(err)
	}
	return v
}

func (h harmed) sql(statement string, args ...any) {
	h.Helper()
	conn, err := h.stack.Connect(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	defer conn.Close(h.Context())
	tag, err := conn.Exec(h.Context(), statement, args...)
	if err != nil || tag.RowsAffected() != 1 {
		h.Fatalf("%s: %v, %v", statement, tag, err)
	}
}

// only wants one finding that names these words.
func (h harmed) only(found []string, words ...string) {
	h.Helper()
	for _, w := range words {
		if len(found) != 1 || !strings.Contains(found[0], w) {
			h.Fatalf("found %q, want one that says %q", found, w)
		}
	}
}

func TestABenchFindsWhatIsLostAndWhatIsToldDifferently(t *testing.T) {
	t.Parallel()
	stack, err := local.Start(t.Context(), local.Options{Program: wrapped(t), Parent: workshop(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stack.Close(); err != nil || stack.Redis.PID() != 0 || stack.Postgres.PID() != 0 {
			t.Errorf("closed with %v; Redis %d, Postgres %d", err, stack.Redis.PID(), stack.Postgres.PID())
		}
	})
	// One after the other: each harms the one installation.
	for name, test := range map[string]func(harmed){
		"what is kept is found":                  harmed.keepsAll,
		"a page that is never told":              harmed.dropsFrames,
		"a push job that vanishes":               harmed.losesPushJobs,
		"a server that stands still for a while": harmed.standsStill,
		"from outside":                           harmed.fromOutside,
	} {
		t.Run(name, func(t *testing.T) { test(harmed{t, stack}) })
	}
}

// keepsAll finds nothing first, and then each thing that is taken away or altered.
func (h harmed) keepsAll() {
	o := small()
	o.Churn, o.Deny, o.Several = 4, 0.4, 1
	l, _ := h.load(o, bench.Phase{})
	if v := h.check(l); len(v.Lost)+len(v.Double) != 0 {
		h.Fatalf("nothing was harmed, and found is %q %q", v.Lost, v.Double)
	}
	var approved, partial *bench.Login
	var revoked, active bench.Device
	for _, s := range l.Journal().Logins() {
		switch {
		case s.Site.Status == "approved":
			approved = s
		case len(s.Phones) == 3:
			partial = s
		}
	}
	for _, d := range l.Journal().Devices() {
		if d.Revoked {
			revoked = d
		} else {
			active = d
		}
	}
	if approved == nil || partial == nil || revoked.ID == "" || active.ID == "" {
		h.Fatalf("the load was to approve, deny by three phones, register and revoke: %v %v %v %v", approved, partial, revoked, active)
	}
	h.sql(`UPDATE credentials SET status = 'active' WHERE device = $1`, revoked.ID)
	h.only(h.check(l).Lost, revoked.ID, "revocation")
	h.sql(`UPDATE credentials SET status = 'revoked' WHERE device = $1`, revoked.ID)
	h.sql(`UPDATE credentials SET status = 'unconfirmed' WHERE device = $1`, active.ID)
	h.only(h.check(l).Lost, active.ID, "enrolment")
	h.sql(`UPDATE credentials SET status = 'active' WHERE device = $1`, active.ID)

	h.sql(`UPDATE outcomes SET device = 'dev_other' WHERE approval = $1`, approved.ID)
	h.only(h.check(l).Double, approved.ID, "dev_other")
	h.sql(`UPDATE outcomes SET device = $2, status = 'denied', method = '' WHERE approval = $1`, approved.ID, approved.Phones[0].Device)
	if v := h.check(l); len(v.Double) < 3 { // page, login service and phone
		h.Errorf("an altered outcome: %q", v.Double)
	}
	h.sql(`DELETE FROM outcomes WHERE approval = $1`, approved.ID)
	h.only(h.check(l).Lost, approved.ID, "there is no outcome")
	h.sql(`DELETE FROM partial_denies WHERE approval = $1 AND device = $2`, partial.ID, pendingDevice(partial))
	if v := h.check(l); len(v.Lost) != 2 || !strings.Contains(strings.Join(v.Lost, "\n"), "the deny of "+pendingDevice(partial)) {
		h.Errorf("without the deny: %q", v.Lost)
	}
}

// pendingDevice is one whose deny was acknowledged while others were still asked.
func pendingDevice(s *bench.Login) string {
	for _, a := range s.Phones {
		if a.Status == "pending" {
			return a.Device
		}
	}
	return ""
}

// dropsFrames lets no last frame through.
func (h harmed) dropsFrames() {
	o := small()
	o.Patience, o.Told = 3*time.Second, time.Second
	l, _ := h.load(o, bench.Phase{}, func(t *bench.Target) { t.Dial = dialDeaf })
	v := h.check(l)
	if n := len(l.Journal().Logins()); len(v.Lost) != n || !strings.Contains(v.Lost[0], "the page was not told of approved") {
		h.Errorf("%d logins, found %q", n, v.Lost)
	}
}

// deaf is a connection on which nothing comes any more once something was approved over a websocket.
type deaf struct {
	net.Conn
	socket bool
	closed chan struct{}
	once   sync.Once
}

func dialDeaf(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &deaf{Conn: c, closed: make(chan struct{})}, nil
}

func (d *deaf) Read(b []byte) (int, error) {
	n, err := d.Conn.Read(b)
	d.socket = d.socket || bytes.HasPrefix(b[:n], []byte("HTTP/1.1 101"))
	if d.socket && bytes.Contains(b[:n], []byte(`"approved"`)) {
		<-d.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (d *deaf) Close() error {
	d.once.Do(func() { close(d.closed) })
	return d.Conn.Close()
}

// losesPushJobs empties the streams while nobody reads them.
func (h harmed) losesPushJobs() {
	if err := h.stack.PushGW.Pause(); err != nil {
		h.Fatal(err)
	}
	defer h.stack.PushGW.Resume()
	o := small()
	o.Patience, o.Told = 5*time.Second, time.Second
	l, _ := h.load(o, bench.Phase{})
	client := h.stack.Redis.Client()
	defer client.Close()
	streams, err := client.Keys(h.Context(), "*:push").Result()
	if err != nil || client.Del(h.Context(), streams...).Err() != nil {
		h.Fatal(streams, err)
	}
	if err := h.stack.PushGW.Resume(); err != nil {
		h.Fatal(err)
	}
	v := h.check(l)
	if n := len(l.Journal().Logins()); len(v.Lost) != n || !strings.Contains(v.Lost[0], "push job") {
		h.Errorf("%d logins, found %q", n, v.Lost)
	}
}

// standsStill stops the server for half a second: everybody who came meanwhile waited.
func (h harmed) standsStill() {
	const still = 500 * time.Millisecond
	o := small()
	o.Rate, o.Duration, o.People = 40, 1200*time.Millisecond, 20
	var failed [2]error
	l, w := h.load(o, bench.Phase{Begin: func() {
		failed[0] = h.stack.Server.Pause()
		time.AfterFunc(still, func() { failed[1] = h.stack.Server.Resume() })
	}})
	if failed != [2]error{} {
		h.Fatal(failed)
	}
	m := l.Measure(w)
	waited := 0
	for _, took := range m.Create {
		if took >= still/2 {
			waited++
		}
	}
	// At 40 a second, ten came in the first half of it.
	if waited < 9 {
		h.Errorf("%d of %d waited for a quarter of a second: %v", waited, len(m.Create), m.Create)
	}
}

// fromOutside loads the same installation as if it were somebody else's.
func (h harmed) fromOutside() {
	o := small()
	o.Deny, o.Churn, o.Trusted, o.Wrong = 0.3, 2, 0.2, 0.2
	target := bench.TargetOf(h.stack)
	target.Wakes = nil
	var table bytes.Buffer
	file := filepath.Join(h.TempDir(), "report.json")
	err := bench.RunRemote(h.Context(), bench.Remote{Options: o, Target: target, Confirmed: true, Program: wrapped(h.T), Sockets: 4, JSON: file, Out: &table, Progress: io.Discard})
	b, _ := os.ReadFile(file)
	var r bench.Report
	if err != nil || json.Unmarshal(b, &r) != nil || r.Errors+r.Lost+r.Double != 0 || r.Sockets != 4 || r.Create == nil || r.CPU != nil || r.Push != nil {
		h.Errorf("%v\n%s\n%s", err, b, table.String())
	}
	conn, err := h.stack.Connect(h.Context())
	if err != nil {
		h.Fatal(err)
	}
	defer conn.Close(h.Context())
	var left int
	if err := conn.QueryRow(h.Context(), `SELECT COUNT(*) FROM accounts WHERE external_id ~ '^bench-' AND deleted_at = 0`).Scan(&left); err != nil || left != 0 {
		h.Errorf("%d accounts are left, %v", left, err)
	}
}
