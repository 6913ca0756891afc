package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jawort/jawort/bench"
)

// wrapped returns the program as a file, as bench starts it: again and again, with an environment of its own.
func wrapped(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "jawort")
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", asProgram, self)
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// workshop is a folder that Postgres may enter.
func workshop(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestABenchTellsWhatItMeasuredAndFindsNothingLost(t *testing.T) {
	t.Parallel()
	dir, profiles := workshop(t), t.TempDir()
	file := filepath.Join(profiles, "report.json")
	stdout, stderr, err := output(t, nil, "bench", "--local", "--program", wrapped(t), "--dir", dir, "--json", file, "--profiles", profiles,
		"--rate", "10", "--duration", "1s", "--warm-up", "300ms", "--think", "10ms", "--people", "6", "--accounts", "40", "--sockets", "7", "--churn", "4",
		"--several", "0.5", "--deny", "0.2", "--wrong", "0.2", "--code", "0.2", "--trusted", "0.2", "--providers", "fcm,apns,huawei,webpush")
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r bench.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	if r.Errors+r.Lost+r.Double != 0 || len(r.ReadyMS) != 3 || r.DiskBytes == nil || r.Sockets != 7 || r.ApprovalsPerSecond <= 0 || r.P256Verify <= 0 {
		t.Errorf("report %s\n%s\n%s", b, stdout, stderr)
	}
	wantMembers(t, b, "approvals_per_second", "p256_verify_us", "cpu_us_per_approval", "cpu_us_per_approval_without_sockets", "decision_to_browser_ms", "create_ms", "push_ms",
		"disk_bytes_per_approval", "ready_ms", "sockets", "bytes_per_socket", "errors", "lost", "double", "ailing")
	var parts struct {
		CPU       json.RawMessage `json:"cpu_us_per_approval"`
		ToBrowser json.RawMessage `json:"decision_to_browser_ms"`
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		t.Fatal(err)
	}
	wantMembers(t, parts.CPU, "server", "mobile_api", "pushgw", "redis", "postgres")
	wantMembers(t, parts.ToBrowser, "p50", "p99", "p999")
	for _, want := range []string{"10 logins/s (Poisson, seed 1)", "decision to browser", "approved by phone", "verifications", "waiting sockets", "lost ", "double "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("the table lacks %q:\n%s", want, stdout)
		}
	}
	if !strings.Contains(stderr, "logins came") || !strings.Contains(stderr, "are written") {
		t.Errorf("progress: %s", stderr)
	}
	for _, name := range []string{"server", "mobile-api", "pushgw"} {
		if info, err := os.Stat(filepath.Join(profiles, name+".pprof")); err != nil || info.Size() == 0 {
			t.Errorf("profile of %s: %v", name, err)
		}
	}
	wantNothingLeft(t, dir)
}

// wantMembers wants an object to have exactly these members, and each to have been measured.
func wantMembers(t *testing.T, object []byte, want ...string) {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal(object, &members); err != nil {
		t.Fatalf("%v in %s", err, object)
	}
	var got []string
	for name, value := range members {
		got = append(got, name)
		if value == nil {
			t.Errorf("%s was not measured", name)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("members %v, want %v", got, want)
	}
}

// wantNothingLeft looks for files, and for processes that were told of the folder.
func wantNothingLeft(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	for _, pid := range processesOf(t, dir) {
		t.Errorf("process %s still runs", pid)
	}
}

func processesOf(t *testing.T, dir string) (pids []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		cmdline, _ := os.ReadFile(path) // it may have ended meanwhile
		process := filepath.Dir(path)
		environ, _ := os.ReadFile(filepath.Join(process, "environ"))
		working, _ := os.Readlink(filepath.Join(process, "cwd"))
		if strings.Contains(string(cmdline)+string(environ)+working, dir+"/") {
			pids = append(pids, filepath.Base(process))
		}
	}
	return pids
}

func TestABenchThatIsInterruptedEndsAllThatItStarted(t *testing.T) {
	t.Parallel()
	dir := workshop(t)
	cmd := command(t, nil, "bench", "--local", "--program", wrapped(t), "--dir", dir, "--rate", "5", "--duration", "1h", "--warm-up", "0s", "--people", "3",
		"--code", "0", "--trusted", "0")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	interrupted := false
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if !interrupted && strings.Contains(lines.Text(), "logins came") {
			interrupted = true
			// Postgres, Redis, the push services' stand-ins, server, mobile-api and pushgw.
			if running := processesOf(t, dir); len(running) < 6 {
				t.Errorf("%d processes run", len(running))
			}
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || !interrupted {
		t.Errorf("interrupted %v, ended with %v", interrupted, err)
	}
	wantNothingLeft(t, dir)
}

func TestABenchLoadsNobodyElsesSystemUnasked(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("jw_x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	there := []string{"bench", "--url", "https://jawort.example", "--key-file", key, "--origin", "https://login.example"}
	for name, c := range map[string]struct {
		args  []string
		wants string
	}{
		"neither here nor there": {[]string{"bench"}, "--local, or --url"},
		"both":                   {append(slices.Clone(there), "--local"), "--local, or --url"},
		"unconfirmed":            {there, "--confirm-load"},
		"for an hour":            {append(slices.Clone(there), "--confirm-load", "--duration", "1h"), "duration: at most"},
		"too many logins":        {append(slices.Clone(there), "--confirm-load", "--rate", "5000", "--duration", "2m"), "rate: at most"},
		"too many accounts":      {append(slices.Clone(there), "--confirm-load", "--people", "30000"), "people, sockets: at most"},
		"more than everybody":    {[]string{"bench", "--local", "--deny", "1.5"}, "deny: must be a share"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			if _, stderr, err := output(t, nil, c.args...); err == nil || !strings.Contains(stderr, c.wants) {
				t.Errorf("%v after %s, said %q; want it to say %q", err, time.Since(began), stderr, c.wants)
			}
		})
	}
}
