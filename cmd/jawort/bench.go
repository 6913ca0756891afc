package main

import (
	"errors"
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/jawort/jawort/bench"
	"github.com/jawort/jawort/bench/fakes"
	"github.com/jawort/jawort/bench/waiting"
)

// bench needs no configuration: what it measures it starts itself, or is named.
func (r *root) bench() *cobra.Command {
	o := bench.Local{Options: bench.DefaultOptions()}
	var there bench.Remote
	var isLocal bool
	var keyFile string
	cmd := &cobra.Command{
		Use:   "bench --local | bench --url URL",
		Short: "Load a Jawort with logins; tell how fast it is and whether anything is lost",
		Long: "Plays login services, browsers and phones against a Jawort, in an open loop: logins come at the rate whether or not the ones before are\n" +
			"done, and what they took counts from when they should have begun. In the end everybody's word is compared with what is kept.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			redis.SetLogger(redisLog{slog.New(slog.DiscardHandler)})
			o.Out, o.Progress = cmd.OutOrStdout(), cmd.ErrOrStderr()
			if o.Program == "" {
				if o.Program, err = os.Executable(); err != nil {
					return err
				}
			}
			switch remote := there.Target.ServerURL != ""; {
			case isLocal == remote:
				return errors.New("say --local, or --url of a Jawort that may be loaded")
			case isLocal:
				return bench.RunLocal(cmd.Context(), o)
			}
			if there.Target.Key, err = bench.KeyFrom(keyFile); err != nil {
				return err
			}
			there.Options, there.Program, there.Sockets, there.JSON, there.Out, there.Progress = o.Options, o.Program, o.Sockets, o.JSON, o.Out, o.Progress
			return bench.RunRemote(cmd.Context(), there)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&isLocal, "local", false, "start the three processes, Postgres, Redis and stand-ins for the push services on this machine, and end them afterwards")
	flags.StringVar(&there.Target.ServerURL, "url", "", "API for login services of a Jawort that runs already; its phones are not woken, they look by themselves")
	flags.StringVar(&keyFile, "key-file", "", "with --url: file with an API key with the scopes login, enrol and admin")
	flags.StringVar(&there.Target.Origin, "origin", "", "with --url: one of the application's origins")
	flags.StringVar(&there.Target.Trusting, "trusting-group", "", "with --url: a group whose browsers are trusted; without one none is")
	flags.BoolVar(&there.Confirmed, "confirm-load", false, "with --url: yes, that system may be loaded; accounts are made there, and deleted afterwards")
	flags.Float64Var(&o.Rate, "rate", o.Rate, "logins per second, however many are under way")
	flags.BoolVar(&o.Constant, "constant", false, "logins in even steps; default: as a Poisson process")
	flags.DurationVar(&o.Duration, "duration", o.Duration, "how long is measured")
	flags.DurationVar(&o.WarmUp, "warm-up", o.WarmUp, "how long the load runs before that")
	flags.Uint64Var(&o.Seed, "seed", o.Seed, "of when logins come and what they are")
	flags.IntVar(&o.People, "people", o.People, "accounts that log in by their phones, in turn")
	flags.IntVar(&o.Accounts, "accounts", 0, "accounts in all; those that nobody logs in by are written straight into the tables")
	flags.IntVar(&o.Sockets, "sockets", 0, "browsers that only wait while the load runs; it then runs once without them before")
	flags.Float64Var(&o.Several, "several", o.Several, "share of accounts with three phones, of which two answer at the same moment")
	flags.Float64Var(&o.Deny, "deny", o.Deny, "share of logins that are denied")
	flags.Float64Var(&o.Wrong, "wrong", o.Wrong, "share of logins with a wrong number first")
	flags.Float64Var(&o.Code, "code", o.Code, "share of logins that are confirmed by an authenticator app")
	flags.Float64Var(&o.Trusted, "trusted", o.Trusted, "share of logins by a browser that confirmed before")
	flags.Float64Var(&o.Churn, "churn", o.Churn, "phones that are registered and revoked beside the logins, per second")
	flags.StringSliceVar(&o.Providers, "providers", o.Providers, "push services of the phones, in turn: fcm, apns, huawei, webpush")
	flags.DurationVar(&o.Think, "think", o.Think, "from seeing question and number to the answer")
	flags.DurationVar(&o.Patience, "patience", o.Patience, "how long page and phones wait for each other after that")
	flags.BoolVar(&o.NewConns, "new-connections", false, "a new connection for every request; default: connections are kept")
	flags.StringVar(&o.JSON, "json", "", "file to write the figures to")
	flags.StringVar(&o.Profiles, "profiles", "", "with --local: folder for a processor profile of each process in the measured time")
	flags.StringVar(&o.Program, "program", "", "another build of jawort to measure; default: this one")
	flags.StringVar(&o.Dir, "dir", "", "folder for the database and all else, on a real disk; default: the system's for temporary files")
	cmd.AddCommand(benchFakes(), benchSockets(), r.benchAhead(), benchFaults())
	return cmd
}

// benchFakes and benchSockets are what bench starts as processes of their own.
func benchFakes() *cobra.Command {
	return &cobra.Command{
		Use: fakes.Command + " DIR KEYS", Hidden: true, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return fakes.Serve(args[0], args[1], cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}

func benchSockets() *cobra.Command {
	return &cobra.Command{
		Use: waiting.Command, Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return waiting.Serve(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout())
		},
	}
}
