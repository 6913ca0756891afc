package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// proof is one on its way.
type proof struct {
	options
	work   string // folder for what is only needed meanwhile
	began  time.Time
	report report
}

type step struct {
	name, title string
	take        func(context.Context) error
}

func (p *proof) steps() []step {
	return []step{
		{"idle", "starting all in one process", p.takeIdle},
		{"load", "loading an installation of its own", p.takeLoad},
		{"faults", "harming one under load", p.takeFaults},
		{"attacks", "attacking one", p.takeAttacks},
		{"fuzz", "fuzzing every parser and body", p.takeFuzz},
		{"broken", "building it broken on purpose", p.takeBroken},
	}
}

// chosen are the steps that are to be taken.
func (p *proof) chosen() []step {
	return slices.DeleteFunc(p.steps(), func(s step) bool {
		return p.only != "" && !slices.Contains(strings.Split(p.only, ","), s.name)
	})
}

// take takes a step. Where it does not come to its end that is a finding, and what it has found until then stays.
func (p *proof) take(ctx context.Context, s step) {
	p.report.Steps = append(p.report.Steps, s.name)
	p.report.aims(s.name)
	p.say("step %d of %d: %s", len(p.report.Steps), len(p.chosen()), s.title)
	if err := ctx.Err(); err != nil {
		p.wrong("%s: it was not taken: %w", s.name, context.Cause(ctx))
		return
	}
	if err := s.take(ctx); err != nil {
		p.wrong("%s: %w", s.name, err)
	}
}

// wrong writes down what did not come to its end.
func (p *proof) wrong(format string, args ...any) {
	what := fmt.Errorf(format, args...).Error()
	p.say("%s", what)
	p.report.Wrong = append(p.report.Wrong, what)
}

func (p *proof) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%7.1f s  %s\n", time.Since(p.began).Seconds(), fmt.Sprintf(format, args...))
}

func (p *proof) file(name string) string { return filepath.Join(p.work, name) }

func (p *proof) program() string { return p.file("jawort") }

func (p *proof) build(ctx context.Context) error {
	_, err := p.command(ctx, "go", "build", "-o", p.program(), "./cmd/jawort")
	return err
}

// said is what a command said, and whether it ended well.
type said struct {
	text string
	ok   bool
}

// try runs a command to its end, however it ends.
func (p *proof) try(ctx context.Context, name string, args ...string) (said, error) {
	return p.follow(ctx, func(string) {}, name, args...)
}

// lines keeps what is written, and hands on each line as it comes.
type lines struct {
	text strings.Builder
	rest string
	tell func(line string)
}

func (l *lines) Write(b []byte) (int, error) {
	l.text.Write(b)
	l.rest += string(b)
	for {
		line, rest, whole := strings.Cut(l.rest, "\n")
		if !whole {
			return len(b), nil
		}
		l.rest = rest
		l.tell(line)
	}
}

// follow is try that tells of each line that the command says.
func (p *proof) follow(ctx context.Context, tell func(line string), name string, args ...string) (said, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+p.work)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	out := &lines{tell: tell}
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Run()
	if cmd.ProcessState == nil || ctx.Err() != nil {
		return said{}, fmt.Errorf("%s: %w", name, err)
	}
	return said{out.text.String(), err == nil}, nil
}

// command is try where a bad end is an error.
func (p *proof) command(ctx context.Context, name string, args ...string) (string, error) {
	s, err := p.try(ctx, name, args...)
	if err == nil && !s.ok {
		err = fmt.Errorf("%s %s failed:\n%s", filepath.Base(name), strings.Join(args, " "), lastLines(s.text, 40))
	}
	return s.text, err
}

func lastLines(text string, most int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-most):], "\n")
}

func readJSON(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
