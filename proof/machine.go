package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
)

// machine is where the figures are from. It names no host.
type machine struct {
	Commit    string `json:"commit"`
	Changed   bool   `json:"changed"` // the tree held more than the commit and reports
	Cores     int    `json:"cores"`
	Processor string `json:"processor"`
	MemoryGiB int    `json:"memory_gib"`
	Kernel    string `json:"kernel"`
	Go        string `json:"go"`
	Postgres  string `json:"postgres"`
	Redis     string `json:"redis"`
}

func machineHere(ctx context.Context) (machine, error) {
	m := machine{Cores: runtime.NumCPU(), Go: strings.TrimPrefix(runtime.Version(), "go")}
	var changed, total string
	for _, fact := range []struct {
		into    *string
		command []string
		find    string
	}{
		{&m.Commit, []string{"git", "rev-parse", "--short=12", "HEAD"}, `\S+`},
		{&changed, []string{"git", "status", "--porcelain", "--", ".", ":!docs/proof"}, `(?s).*`},
		{&m.Kernel, []string{"uname", "-sr"}, `.+`},
		{&m.Postgres, []string{"psql", "--version"}, `\d\S+`},
		{&m.Redis, []string{"redis-server", "--version"}, `v=(\S+)`},
	} {
		out, err := exec.CommandContext(ctx, fact.command[0], fact.command[1:]...).Output()
		if err != nil {
			return m, fmt.Errorf("%s: %w", strings.Join(fact.command, " "), err)
		}
		*fact.into = found(fact.find, string(out))
	}
	m.Changed = changed != ""
	for _, fact := range []struct {
		into       *string
		file, find string
	}{{&m.Processor, "/proc/cpuinfo", `model name\s*:\s*(.+)`}, {&total, "/proc/meminfo", `MemTotal:\s*(\d+)`}} {
		b, err := os.ReadFile(fact.file)
		if err != nil {
			return m, err
		}
		*fact.into = found(fact.find, string(b))
	}
	var kib int
	if _, err := fmt.Sscan(total, &kib); err != nil {
		return m, fmt.Errorf("memory: %w", err)
	}
	m.MemoryGiB = kib >> 20
	return m, nil
}

func found(pattern, text string) string {
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return strings.TrimSpace(m[len(m)-1])
}
