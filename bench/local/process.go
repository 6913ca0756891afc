package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	readyTime = time.Minute // on a machine that has other things to do
	readyPace = 5 * time.Millisecond
	stopTime  = 20 * time.Second // a little more than the processes' own grace
)

// Process is one `jawort serve`.
type Process struct {
	Name  string
	Admin string // URL of its admin port
	Took  time.Duration

	Address string // where it listens; empty: only at Admin

	program string
	args    []string
	logName string
	env     []string
	dir     string

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{}
}

// Start starts the process and returns when it says that it is ready.
func (p *Process) Start(ctx context.Context) error {
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("local: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(p.program, p.args...)
	cmd.Env, cmd.Dir = p.env, p.dir
	cmd.Stdout, cmd.Stderr = log, log // a file, so that nobody has to read while the load runs
	cmd.SysProcAttr = Apart()
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("local: %w", err)
	}
	exited := make(chan struct{})
	go func() { defer close(exited); _ = cmd.Wait() }()
	p.mu.Lock()
	p.cmd, p.exited = cmd, exited
	p.mu.Unlock()
	if err := p.awaitReady(ctx, exited); err != nil {
		p.Kill()
		return err
	}
	p.Took = time.Since(began)
	return nil
}

func (p *Process) awaitReady(ctx context.Context, exited <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	pace := time.NewTicker(readyPace)
	defer pace.Stop()
	for {
		select {
		case <-exited:
			return fmt.Errorf("local: %s ended:\n%s", p.Name, p.Log())
		case <-ctx.Done():
			return fmt.Errorf("local: %s was not ready in time:\n%s", p.Name, p.Log())
		case <-pace.C:
			if p.ready(ctx) {
				return nil
			}
		}
	}
}

func (p *Process) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Admin+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func (p *Process) logFile() string { return filepath.Join(p.dir, p.logName) }

const logTail = 4 << 10

// Log returns the end of what the process logged.
func (p *Process) Log() string {
	b, err := os.ReadFile(p.logFile())
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(b[max(0, len(b)-logTail):]))
}

func (p *Process) running() (*exec.Cmd, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd, p.exited
}

// PID is the process; 0 before it was started.
func (p *Process) PID() int {
	cmd, _ := p.running()
	if cmd == nil {
		return 0
	}
	return cmd.Process.Pid
}

// Stop asks the process to end, and insists where it does not.
func (p *Process) Stop() {
	cmd, exited := p.running()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = cmd.Process.Signal(syscall.SIGCONT) // it may be paused
	late := time.NewTimer(stopTime)
	defer late.Stop()
	select {
	case <-exited:
	case <-late.C:
		p.Kill()
	}
}

// Kill ends the process as a crash would.
func (p *Process) Kill() {
	if cmd, exited := p.running(); cmd != nil {
		_ = cmd.Process.Kill()
		<-exited
	}
}

// Pause stops the process without ending it: it keeps its connections and does not answer.
func (p *Process) Pause() error { return p.signal(syscall.SIGSTOP) }

// Resume lets a paused process go on.
func (p *Process) Resume() error { return p.signal(syscall.SIGCONT) }

func (p *Process) signal(s syscall.Signal) error {
	cmd, _ := p.running()
	if cmd == nil {
		return errors.New("local: " + p.Name + " does not run")
	}
	return cmd.Process.Signal(s)
}
