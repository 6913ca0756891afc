package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const programTime = 60 * time.Second

// command prepares a run of the program with nothing but the given environment.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), programTime)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Env = append([]string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	return cmd
}

// output runs the program to its end and returns what it printed.
func output(t *testing.T, env []string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := command(t, env, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// answer runs the program with --json and returns what it answered.
func answer[T any](t *testing.T, env []string, args ...string) T {
	t.Helper()
	stdout, stderr, err := output(t, env, append(args, "--json")...)
	if err != nil {
		t.Fatalf("jawort %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	var v T
	if err := json.Unmarshal([]byte(stdout), &v); err != nil {
		t.Fatalf("jawort %s: %v in %q", strings.Join(args, " "), err, stdout)
	}
	return v
}

// program is a running `jawort serve`.
type program struct {
	t     *testing.T
	cmd   *exec.Cmd
	ready readyLine
	log   *record
	done  chan struct{}
}

type readyLine struct {
	Msg       string `json:"msg"`
	Server    string `json:"server"`
	MobileAPI string `json:"mobile_api"`
	Admin     string `json:"admin"`
}

// record keeps what the program logged.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.lines, "\n")
}

// serve starts the program and waits until it says that it is ready.
func serving(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	p := &program{t: t, cmd: command(t, env, append([]string{"serve"}, args...)...), log: &record{}, done: make(chan struct{})}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan readyLine, 1)
	go p.follow(stderr, ready)
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("log of jawort serve %v:\n%s", args, p.log)
		}
	})
	select {
	case p.ready = <-ready:
	case <-p.done:
		t.Fatalf("jawort serve %v ended:\n%s", args, p.log)
	case <-t.Context().Done():
		t.Fatal(context.Cause(t.Context()))
	}
	return p
}

func (p *program) follow(stderr io.Reader, ready chan<- readyLine) {
	defer close(p.done)
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		p.log.add(lines.Text())
		var line readyLine
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "ready" {
			ready <- line
		}
	}
	_ = p.cmd.Wait() // killed is what is expected
}

// kill ends the program as a crash would.
func (p *program) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

// stop asks the program to end, and returns its exit code.
func (p *program) stop() int {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	<-p.done
	return p.cmd.ProcessState.ExitCode()
}
