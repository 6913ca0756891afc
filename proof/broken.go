package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// patches break Jawort on purpose, each in one way.
//
//go:embed broken/*.patch
var patches embed.FS

// breakage is a way to break it, and the check that has to notice.
type breakage struct {
	patch     string
	invariant string // that the check names
	notice    func(p *proof, ctx context.Context, overlay string) (said, error)
}

var breakages = []breakage{
	{"outcome-not-unique", "invariant 1", func(p *proof, ctx context.Context, overlay string) (said, error) {
		return p.loadBroken(ctx, overlay, "--several", "1", "--rate", "30", "--duration", "5s")
	}},
	{"wake-up-lost", "invariant 10", func(p *proof, ctx context.Context, overlay string) (said, error) {
		return p.loadBroken(ctx, overlay, "--rate", "20", "--duration", "5s")
	}},
	{"acknowledged-before-sent", "invariant 10", func(p *proof, ctx context.Context, overlay string) (said, error) {
		program, err := p.buildBroken(ctx, overlay)
		if err != nil {
			return said{}, err
		}
		return p.try(ctx, p.program(), "bench", "faults", "--local", "--program", program, "--only", "pushgw-killed-while-sending")
	}},
	{"limit-read-then-written", "invariant 7", func(p *proof, ctx context.Context, overlay string) (said, error) {
		return p.try(ctx, "go", "test", "-overlay", overlay, "-vet=off", "-count=1", "./attack", "-run", "TestGuessesAtFullSpeed.*/authenticator_app",
			"-args", "-attack.long") // on Postgres: SQLite writes one after the other
	}},
}

func (p *proof) loadBroken(ctx context.Context, overlay string, options ...string) (said, error) {
	program, err := p.buildBroken(ctx, overlay)
	if err != nil {
		return said{}, err
	}
	return p.try(ctx, p.program(), append([]string{"bench", "--local", "--program", program, "--warm-up", "1s", "--people", "100"}, options...)...)
}

func (p *proof) buildBroken(ctx context.Context, overlay string) (program string, err error) {
	program = filepath.Join(filepath.Dir(overlay), "jawort")
	_, err = p.command(ctx, "go", "build", "-overlay", overlay, "-o", program, "./cmd/jawort")
	return program, err
}

// caught is what came of a broken build.
type caught struct {
	Patch     string `json:"patch"`
	Why       string `json:"why"`
	Invariant string `json:"invariant"`
	Caught    bool   `json:"caught"`
	Said      string `json:"said"` // the line that names the invariant
}

func (p *proof) takeBroken(ctx context.Context) error {
	for _, b := range breakages {
		why, s, err := p.tryBroken(ctx, b)
		if err != nil {
			p.wrong("%s: %w", b.patch, err)
			continue
		}
		line := lineOf(s.text, b.invariant)
		c := caught{Patch: b.patch, Why: why, Invariant: b.invariant, Caught: !s.ok && line != "", Said: line}
		if p.say("%s: %s", b.patch, c.Said); !c.Caught {
			p.say("it was not noticed:\n%s", lastLines(s.text, 40))
		}
		p.report.Broken = append(p.report.Broken, c)
	}
	return context.Cause(ctx)
}

// tryBroken returns why a build is broken, and what the check said of it.
func (p *proof) tryBroken(ctx context.Context, b breakage) (why string, s said, err error) {
	why, overlay, err := overlayOf(ctx, b.patch, ".", p.file(b.patch))
	if err == nil {
		s, err = b.notice(p, ctx, overlay)
	}
	return why, s, err
}

// lineOf is the first line that says of an invariant that it is broken.
func lineOf(text, invariant string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, invariant+":") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

var patched = regexp.MustCompile(`(?m)^\+\+\+ b/(\S+)$`)

// overlayOf applies a patch to copies of the files that it names, and returns why it is there and the file for `go build -overlay`. root
// is the project's.
func overlayOf(ctx context.Context, name, root, dir string) (why, overlay string, err error) {
	text, err := fs.ReadFile(patches, "broken/"+name+".patch")
	if err != nil {
		return "", "", err
	}
	replace := map[string]string{}
	for _, m := range patched.FindAllSubmatch(text, -1) {
		from, err := filepath.Abs(filepath.Join(root, string(m[1])))
		if err != nil {
			return "", "", err
		}
		to := filepath.Join(dir, string(m[1]))
		if err := copyFile(from, to); err != nil {
			return "", "", err
		}
		replace[from] = to
	}
	apply := exec.CommandContext(ctx, "git", "apply", "-")
	apply.Dir, apply.Stdin = dir, strings.NewReader(string(text))
	apply.Env = append(os.Environ(), "GIT_DIR=/nonexistent") // dir may lie in somebody's repository
	if out, err := apply.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("the patch %s no longer fits: %w\n%s", name, err, out)
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", "", err
	}
	why, _, _ = strings.Cut(string(text), "\n")
	overlay = filepath.Join(dir, "overlay.json")
	return why, overlay, os.WriteFile(overlay, b, 0o600)
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}
