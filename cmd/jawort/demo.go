package main

import (
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/jawort/jawort/demo"
)

// demo needs no configuration, and keeps nothing unless phones rely on it.
func (r *root) demo() *cobra.Command {
	o := demo.Options{Program: os.Args[0]}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Everything in one process with a login page; --once plays one login and ends",
		Long: "A login page with everything behind it in one process, on this machine only, and nothing kept.\n" +
			"With --public-url it serves real phones, and keeps what they rely on.",
		Example: "  jawort demo\n  jawort demo --public-url https://HOST --tls-cert fullchain.pem --tls-key privkey.pem",
		Args:    cobra.NoArgs,
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
	flags.StringVar(&o.Public.URL, "public-url", "", "https://HOST of the login page: be reachable for real phones under this name; docs/try-on-your-phone.md")
	flags.StringVar(&o.Public.CertFile, "tls-cert", "", "the certificate chain for HOST, as PEM")
	flags.StringVar(&o.Public.KeyFile, "tls-key", "", "its key, as PEM")
	flags.StringVar(&o.Data, "data", "", "a folder to keep phones and keys in (default: none; with --public-url jawort-demo)")
	flags.StringVar(&o.Addresses.Site, "site", "", "where the login page listens (default 127.0.0.1:8090; with --public-url its port)")
	flags.StringVar(&o.Addresses.MobileAPI, "mobile-api", "", "where the API for phones listens (default 127.0.0.1:8081; with --public-url :8443)")
	flags.StringVar(&o.Addresses.Server, "server", "", "where the API for login services listens (default 127.0.0.1:8080; with --public-url :10000)")
	flags.StringVar(&o.Addresses.Admin, "admin", "", "where the admin port listens (default 127.0.0.1:9090)")
	return cmd
}
