package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/jawort/jawort/backoff"
)

const settles = 10 * time.Second

// takeIdle starts all in one process on embedded stores, and looks how soon it is ready and what it holds when nobody comes.
func (p *proof) takeIdle(ctx context.Context) error {
	if _, err := p.command(ctx, p.program(), "secrets", "init", p.file("keys.json")); err != nil {
		return err
	}
	var addresses [3]string
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addresses[i] = l.Addr().String()
		if err := l.Close(); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, p.program(), "serve")
	cmd.Env = append(os.Environ(), "JAWORT_DATABASE=sqlite://"+p.file("idle.db"), "JAWORT_REDIS=embedded", "JAWORT_KEYS_FILE="+p.file("keys.json"),
		"JAWORT_SERVER_LISTEN="+addresses[0], "JAWORT_MOBILE_API_LISTEN="+addresses[1], "JAWORT_ADMIN_LISTEN="+addresses[2],
		"JAWORT_SERVER_PUBLIC_URL=http://localhost:9", "JAWORT_MOBILE_API_PUBLIC_URL=http://localhost:9")
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = cmd.Process.Signal(os.Interrupt) }()
	if err := ready(ctx, "http://"+addresses[2]+"/readyz"); err != nil {
		return err
	}
	p.report.measured(goalReady, float64(time.Since(began).Milliseconds()), "")
	if !backoff.Wait(ctx, settles) {
		return context.Cause(ctx)
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		return err
	}
	var all, file float64
	if _, err := fmt.Sscan(found(`VmRSS:\s*(\d+)`, string(b))+" "+found(`RssFile:\s*(\d+)`, string(b)), &all, &file); err != nil {
		return fmt.Errorf("resident memory: %w", err)
	}
	p.report.measured(goalIdle, all/1024, fmt.Sprintf("%.0f MiB of its own, %.0f MiB of the program's file, which the kernel has mapped around what was used", (all-file)/1024, file/1024))
	return nil
}

func ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		if !backoff.Wait(ctx, 5*time.Millisecond) {
			return fmt.Errorf("%s is not ready: %w", url, context.Cause(ctx))
		}
	}
}
