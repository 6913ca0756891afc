package fakes

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jawort/jawort/bench/child"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw"
)

// Command is the subcommand of `jawort bench` that runs Serve.
const Command = "fakes"

// Push is a push that a service has accepted.
type Push struct {
	At    time.Time
	Type  string
	ID    string // of what it is about
	Token string
}

// Process are the stand-ins as their owner sees them.
type Process struct {
	Config pushgw.Config

	cmd     *exec.Cmd
	in      io.WriteCloser
	answers chan answer
	ended   chan struct{}

	asking sync.Mutex // one question at a time
	mu     sync.Mutex
	hear   func(Push)
}

// Start runs the program as stand-ins.
func Start(ctx context.Context, program, dir, keyFile string, attr *syscall.SysProcAttr) (*Process, error) {
	p := &Process{answers: make(chan answer), ended: make(chan struct{}), hear: func(Push) {}}
	c, err := child.Start(program, attr, Command, dir, keyFile)
	if err != nil {
		return nil, fmt.Errorf("fakes: %w", err)
	}
	p.cmd, p.in = c.Cmd, c.In
	go p.read(c.Out)
	first, err := p.await(ctx)
	if err == nil {
		err = json.Unmarshal(first.Config, &p.Config)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// PID is the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// OnPush says who hears of every accepted push, one after the other. It must not block.
func (p *Process) OnPush(f func(Push)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hear = f
}

const askedAtOnce = 1000

// Addresses registers new installations at a service.
func (p *Process) Addresses(ctx context.Context, provider string, count int) ([]phone.PushAddress, error) {
	p.asking.Lock()
	defer p.asking.Unlock()
	var all []phone.PushAddress
	for len(all) < count {
		b, err := json.Marshal(asked{Provider: provider, Count: min(askedAtOnce, count-len(all))})
		if err != nil {
			return nil, fmt.Errorf("fakes: %w", err)
		}
		if _, err := p.in.Write(append(b, '\n')); err != nil {
			return nil, errEnded
		}
		a, err := p.await(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, a.Addresses...)
	}
	return all, nil
}

func (p *Process) await(ctx context.Context) (answer, error) {
	select {
	case a := <-p.answers:
		return a, nil
	case <-p.ended:
		return answer{}, errEnded
	case <-ctx.Done():
		return answer{}, context.Cause(ctx)
	}
}

func (p *Process) read(out io.Reader) {
	defer close(p.ended)
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		if push, ok := parsePush(lines.Text()); ok {
			p.mu.Lock()
			hear := p.hear
			p.mu.Unlock()
			hear(push)
			continue
		}
		var a answer
		if json.Unmarshal(lines.Bytes(), &a) == nil {
			p.answers <- a
		}
	}
}

func parsePush(line string) (Push, bool) {
	words := strings.Split(line, " ")
	if len(words) != 5 || words[0] != pushMark {
		return Push{}, false
	}
	at, err := strconv.ParseInt(words[1], 10, 64)
	return Push{At: time.Unix(0, at), Type: words[2], ID: words[3], Token: words[4]}, err == nil
}

// Close ends the stand-ins. A second time does nothing.
func (p *Process) Close() error {
	_ = p.in.Close()
	for {
		select {
		case <-p.answers: // nobody waits for it any more
		case <-p.ended:
			_ = p.cmd.Wait()
			return nil
		}
	}
}
