// Package smpptest is a carrier for tests: a real SMPP server in a process of its own, on the codec of Debian's
// libnet-smpp-perl, which shares nothing with ours.
//
// What it does with a message is said by the last four digits of the number:
//
//	0001 throttled the first time     0009 half an answer, then the line is cut (the first time)
//	0002 its queue is full            0010 garbage instead of an answer (the first time)
//	0003 no such number               0012 generic_nack
//	0004 never answered               0013 a status of its vendor's own
//	0005 dies over it the first time  0014 unbinds instead of an answer (the first time)
//	0006 receipt before the answer    0015 sends a delivery that is malformed
//	0007 not delivered                0016 sends a command that nobody knows
//	0008 refused, said in parameters  0017 asks for a sign of life
//	                                  0018 answers when three wait, in the opposite order
//	                                  0019 somebody writes back
//
// Every other number gets its SMS.
package smpptest

import (
	"bufio"
	_ "embed"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

//go:embed smsc.pl
var script string

// What a carrier accepts at a bind.
const (
	SystemID = "jawort"
	Password = "secret"
)

// Silent is the fate of a carrier that does not answer enquire_link.
const Silent = "silent"

// Carrier is a running SMPP server.
type Carrier struct {
	Address string
	t       testing.TB
	lines   chan string
	cmd     *exec.Cmd
}

// Start starts a carrier that lives as long as the test.
func Start(t testing.TB, fate string) *Carrier {
	t.Helper()
	return StartAt(t, "127.0.0.1:0", fate)
}

// StartAt starts a carrier at an address.
func StartAt(t testing.TB, address, fate string) *Carrier {
	t.Helper()
	_, port, _ := strings.Cut(address, ":")
	c := &Carrier{t: t, lines: make(chan string, 1000), cmd: exec.CommandContext(t.Context(), "/usr/bin/perl", "-e", script, port, fate)}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatalf("the carrier needs Debian's libnet-smpp-perl: %v", err)
	}
	read := make(chan struct{})
	t.Cleanup(func() { <-read })
	t.Cleanup(c.Kill)
	go func() {
		defer close(read)
		defer close(c.lines)
		for in := bufio.NewScanner(out); in.Scan(); {
			c.lines <- in.Text()
		}
	}()
	c.Address = "127.0.0.1:" + c.Want("port ")
	return c
}

// Kill ends the carrier as kill -9 does.
func (c *Carrier) Kill() {
	if c.cmd.ProcessState == nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait() // it was killed
	}
}

const patience = 20 * time.Second

// Want waits for a line that begins with prefix and returns what follows. Other lines are passed over.
func (c *Carrier) Want(prefix string) string {
	c.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		select {
		case line, ok := <-c.lines:
			if !ok {
				c.t.Fatalf("the carrier ended before it said %q", prefix)
			}
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest
			}
		case <-late.C:
			c.t.Fatalf("the carrier never said %q", prefix)
		}
	}
}

// Field returns the value of a name in a line: name=value.
func Field(line, name string) string {
	for part := range strings.FieldsSeq(line) {
		if value, ok := strings.CutPrefix(part, name+"="); ok {
			return value
		}
	}
	return fmt.Sprintf("no %s in %q", name, line)
}
