package main

import (
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/jawort/jawort/demo"
)

// demo needs no configuration: everything that it keeps ends with it.
func (r *root) demo() *cobra.Command {
	o := demo.Options{Addresses: demo.DefaultAddresses, Program: os.Args[0]}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Everything in one process with a login page; --once plays one login and ends",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Out = cmd.OutOrStdout()
			o.Log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
			redis.SetLogger(redisLog{o.Log})
			return demo.Run(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.Once, "once", false, "play one login with three simulated phones, without a person")
	flags.StringVar(&o.Database, "database", "", "a database to use in place of the embedded one")
	flags.StringVar(&o.Redis, "redis", "", "a Redis to use in place of the embedded one")
	flags.StringVar(&o.Addresses.Site, "site", o.Addresses.Site, "where the login page listens")
	flags.StringVar(&o.Addresses.Server, "server", o.Addresses.Server, "where the API for login services listens")
	flags.StringVar(&o.Addresses.MobileAPI, "mobile-api", o.Addresses.MobileAPI, "where the API for phones listens")
	flags.StringVar(&o.Addresses.Admin, "admin", o.Addresses.Admin, "where the admin port listens")
	return cmd
}
