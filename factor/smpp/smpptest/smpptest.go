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
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/jawort/jawort/factor/processtest"
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
	process *processtest.Process[string]
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
	cmd := exec.CommandContext(t.Context(), "/usr/bin/perl", "-e", script, port, fate)
	c := &Carrier{process: processtest.Start(t, "the carrier", "Debian's libnet-smpp-perl", cmd, lines)}
	c.Address = "127.0.0.1:" + c.Want("port ")
	return c
}

func lines(out io.Reader) func() (string, bool) {
	in := bufio.NewScanner(out)
	return func() (string, bool) {
		ok := in.Scan()
		return in.Text(), ok
	}
}

// Kill ends the carrier as kill -9 does.
func (c *Carrier) Kill() { c.process.Kill() }

// Want waits for a line that begins with prefix and returns what follows. Other lines are passed over.
func (c *Carrier) Want(prefix string) string {
	c.process.Helper()
	line := c.process.Await(prefix, func(line string) bool { return strings.HasPrefix(line, prefix) })
	return strings.TrimPrefix(line, prefix)
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
