// Package processtest runs a server of another make in a process of its own, for tests, and listens to what it tells about
// itself on its standard output.
package processtest

import (
	"io"
	"os/exec"
	"testing"
	"time"
)

// Process is a running server that tells events.
type Process[Event any] struct {
	testing.TB
	name   string
	cmd    *exec.Cmd
	events chan Event
}

// Start starts a command that lives as long as the test. Name is what it is called where it fails, and needs is what has to be
// installed for it. Reader returns what reads the next event; false: there is none any more.
func Start[Event any](t testing.TB, name, needs string, cmd *exec.Cmd, reader func(out io.Reader) func() (Event, bool)) *Process[Event] {
	t.Helper()
	p := &Process[Event]{TB: t, name: name, cmd: cmd, events: make(chan Event, 1000)}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s needs %s: %v", name, needs, err)
	}
	read := make(chan struct{})
	t.Cleanup(func() { <-read })
	t.Cleanup(p.Kill)
	go func() {
		defer close(read)
		defer close(p.events)
		next := reader(out)
		for e, ok := next(); ok; e, ok = next() {
			p.events <- e
		}
	}()
	return p
}

// Kill ends the process as kill -9 does.
func (p *Process[Event]) Kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait() // it was killed
	}
}

const patience = 20 * time.Second

// Await waits for an event; what is what it is called where it does not come. Others are passed over.
func (p *Process[Event]) Await(what string, is func(e Event) bool) Event {
	p.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case e, ok := <-p.events:
			if !ok {
				p.Fatalf("%s ended before it told %q", p.name, what)
			}
			if is(e) {
				return e
			}
		case <-late.C:
			p.Fatalf("%s never told %q", p.name, what)
		}
	}
}
