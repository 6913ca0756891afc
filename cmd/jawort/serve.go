package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/process"
	"github.com/jawort/jawort/store/lasting"
)

func (r *root) serve() *cobra.Command {
	return &cobra.Command{
		Use:       "serve [server|mobile-api|pushgw]",
		Short:     "Run Jawort: all of it, or one of its three processes",
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"server", "mobile-api", "pushgw"},
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := r.config()
			if err != nil {
				return err
			}
			return serve(cmd, cfg, partsOf(args), time.Now)
		},
	}
}

func partsOf(args []string) process.Parts {
	if len(args) == 0 {
		return process.All
	}
	return map[string]process.Parts{
		"server": {Server: true}, "mobile-api": {MobileAPI: true}, "pushgw": {PushGW: true},
	}[args[0]]
}

func serve(cmd *cobra.Command, cfg *config.Config, parts process.Parts, now func() time.Time) error {
	log := cfg.Log.Logger(os.Stderr)
	redis.SetLogger(redisLog{log})
	for _, warning := range cfg.Warnings() {
		log.Warn("the configuration protects less than it could", "because", warning)
	}
	set, err := loadKeys(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	p, err := process.Open(cmd.Context(), process.Options{
		Config: cfg, Keys: set, Parts: parts, Log: log, Now: now, Random: rand.Reader,
	})
	if err != nil {
		return err
	}
	at := p.Addrs()
	log.Info("ready", slog.String("server", at.Server), slog.String("mobile_api", at.MobileAPI), slog.String("admin", at.Admin))
	debug.FreeOSMemory() // what starting needed is a multiple of what stays
	context.AfterFunc(cmd.Context(), func() { log.Info("stopping") })
	err = p.Run(cmd.Context())
	log.Info("stopped")
	return err
}

// migrate brings the database's schema up to date without serving. Serving does the same at its start.
func (r *root) migrate() *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Bring the database's schema up to date", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return r.withLasting(cmd.Context(), func(*lasting.Store) error {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "The database's schema is up to date.")
				return err
			})
		},
	}
}
