package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/jawort/jawort/bench/local"
)

// profile writes what each process spends its time on, for `go tool pprof`, while a window lasts.
func profile(ctx context.Context, processes []*local.Process, dir string, lasting time.Duration) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("bench: profiles: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, p := range processes {
		g.Go(func() error {
			from := fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", p.Admin, max(1, int(lasting.Seconds())))
			return download(ctx, from, filepath.Join(dir, p.Name+".pprof"))
		})
	}
	return g.Wait()
}

func download(ctx context.Context, from, to string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return fmt.Errorf("bench: profile: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("bench: profile: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("bench: profile: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("bench: profile: %s: %s", resp.Status, b)
	}
	if err := os.WriteFile(to, b, 0o644); err != nil {
		return fmt.Errorf("bench: profile: %w", err)
	}
	return nil
}
