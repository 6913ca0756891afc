package process

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jawort/jawort/courier/dispatch"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/lasting"
	"github.com/jawort/jawort/store/ledger"
	"github.com/jawort/jawort/store/live"
	"github.com/jawort/jawort/store/messages"
)

// OpenDatabase opens the lasting store by itself, for who sets up what the processes serve.
func OpenDatabase(ctx context.Context, url string, log *slog.Logger) (*lasting.Store, error) {
	store, err := lasting.Open(ctx, url, db.Options{Log: log})
	if err != nil {
		return nil, unopened("database", url, err)
	}
	return store, nil
}

func (p *Process) openStores(ctx context.Context) error {
	var err error
	cfg := p.options.Config
	if p.lasting, err = OpenDatabase(ctx, cfg.Database, p.options.Log); err != nil {
		return err
	}
	p.open = append(p.open, p.lasting)
	if p.live, err = live.Open(ctx, live.Config{URL: cfg.Redis}, p.options.Now); err != nil {
		return unopened("redis", cfg.Redis, err)
	}
	p.open = append(p.open, p.live)
	if p.wakeups, err = p.live.Wakeups(ctx); err != nil {
		return unopened("redis", cfg.Redis, err)
	}
	p.ledger = &ledger.Store{DB: p.lasting.DB, Keys: p.options.Keys}
	p.messages = messages.New(p.lasting.DB, p.options.Keys, p.ledger)
	p.messages.Waker = p.live
	if p.lasting.Prover, err = p.proofs(); err != nil {
		return err
	}
	p.receipts = dispatch.NewReceipts(p.messages, p.metrics)
	public, err := p.options.Keys.ReceiptPublic()
	if err != nil {
		return fmt.Errorf("process: receipt key: %w", err)
	}
	// Published for ever: a receipt must verify after the key has been replaced.
	for kid, key := range public {
		if err := p.lasting.RegisterReceiptKey(ctx, kid, key); err != nil {
			return unopened("database", cfg.Database, err)
		}
	}
	return nil
}
