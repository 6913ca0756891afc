// Package mailtest is a mail server for tests: a real one, Debian's python3-aiosmtpd, in a process of its own.
//
// What it does with a message is said by whom it is for:
//
//	nobody@   refused: no such mailbox     relay@    refused: not ours to relay
//	grey@     deferred the first time      closing@  the server closes, the first time
//	hang@     never answered               dies@     dies over the recipient, the first time
//	spam@     refused after the text       full@     deferred after the text, the first time
//	silent@   taken, and dies before it says so, the first time
//	rude@     taken, and dies afterwards
//
// and by whom it is from: stranger@ is refused, busy@ is deferred.
package mailtest

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/jawort/jawort/factor/processtest"
)

//go:embed smtpd.py
var script string

// Settings of a server.
type Settings struct {
	Kind        string // starttls, implicit or none
	Certificate string // file with certificate and key, for TLS
	Password    string // empty: nobody has to say one
	Port        int    // 0: a free one
}

// Event is something that the server tells.
type Event struct {
	Event     string
	Port      int
	Sender    string
	To        []string
	Data      string
	TLS       bool
	Mechanism string
	Good      bool
}

// Server is a running mail server.
type Server struct {
	Port    int
	process *processtest.Process[Event]
}

// Start starts a server that lives as long as the test.
func Start(t testing.TB, s Settings) *Server {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", script, s.Kind, s.Certificate, s.Password, strconv.Itoa(s.Port))
	m := &Server{process: processtest.Start(t, "the mail server", "Debian's python3-aiosmtpd", cmd, events)}
	m.Port = m.Want("port").Port
	return m
}

func events(out io.Reader) func() (Event, bool) {
	in := json.NewDecoder(bufio.NewReader(out))
	return func() (e Event, ok bool) {
		ok = in.Decode(&e) == nil
		return e, ok
	}
}

// Kill ends the server as kill -9 does.
func (m *Server) Kill() { m.process.Kill() }

// Want waits for an event. Others are passed over.
func (m *Server) Want(event string) Event {
	m.process.Helper()
	return m.process.Await(event, func(e Event) bool { return e.Event == event })
}

// Mail waits for a message and returns its text as it came over the line.
func (m *Server) Mail() string {
	m.process.Helper()
	return m.Want("mail").Data
}

// Letter waits for a message, and returns whom it is for and its text as people read it.
func (m *Server) Letter() (to, text string) {
	m.process.Helper()
	e := m.Want("mail")
	read, err := mail.ReadMessage(strings.NewReader(e.Data))
	if err != nil {
		m.process.Fatalf("mailtest: %v", err)
	}
	var content io.Reader = read.Body
	if read.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		content = quotedprintable.NewReader(read.Body)
	}
	b, err := io.ReadAll(content)
	if err != nil {
		m.process.Fatalf("mailtest: %v", err)
	}
	return e.To[0], strings.ReplaceAll(string(b), "\r\n", "\n")
}

// Address is where it listens.
func (m *Server) Address() string { return fmt.Sprintf("127.0.0.1:%d", m.Port) }
