package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"github.com/jawort/jawort/bench/faults"
)

// benchFaults harms installations of its own, one after the other.
func benchFaults() *cobra.Command {
	o := faults.DefaultOptions()
	var isLocal bool
	var only []string
	var file string
	cmd := &cobra.Command{
		Use:   "faults --local",
		Short: "Harm a Jawort under load in every way there is; tell what people saw, and whether anything was lost",
		Long: "For each fault an installation is started on this machine and loaded a little; in the middle the harm is done, and healed. Then everybody's word is\n" +
			"compared with what is kept, and invariants 1 to 5 are looked for where they could be broken. It takes some minutes.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			redis.SetLogger(redisLog{slog.New(slog.DiscardHandler)})
			if !isLocal {
				return errors.New("say --local: nobody else's Jawort is harmed")
			}
			if o.Program == "" {
				if o.Program, err = os.Executable(); err != nil {
					return err
				}
			}
			chosen, unknown := faults.Named(only)
			if unknown != "" {
				return fmt.Errorf("only: there is no fault %q; `jawort bench faults list` names them", unknown)
			}
			if len(only) == 0 {
				chosen = faults.All()
			}
			return runFaults(cmd, chosen, o, file)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&isLocal, "local", false, "yes: start what is harmed on this machine, and end it afterwards")
	flags.StringSliceVar(&only, "only", nil, "names of the faults to run; default: all")
	flags.StringVar(&file, "json", "", "file to write the results to")
	flags.Float64Var(&o.Rate, "rate", o.Rate, "logins per second")
	flags.StringVar(&o.Program, "program", "", "another build of jawort to harm; default: this one")
	flags.StringVar(&o.Dir, "dir", "", "folder for the database and all else, on a real disk; default: the system's for temporary files")
	cmd.AddCommand(listFaults())
	return cmd
}

func listFaults() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Name the faults", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, f := range faults.All() {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", f.Name, f.Done)
			}
			return nil
		},
	}
}

func runFaults(cmd *cobra.Command, chosen []faults.Fault, o faults.Options, file string) error {
	var all []faults.Result
	for i, f := range chosen {
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s (%d of %d)\n", f.Name, f.Done, i+1, len(chosen))
		r := faults.Try(cmd.Context(), f, o)
		all = append(all, r)
		if file != "" { // what there is, should the next not come to its end
			if err := faults.Write(file, all); err != nil {
				return err
			}
		}
		if cmd.Context().Err() != nil {
			return context.Cause(cmd.Context())
		}
		for _, line := range append(append(append([]string(nil), r.Lost...), r.Double...), r.Broken...) {
			fmt.Fprintf(cmd.ErrOrStderr(), "  %s\n", line)
		}
	}
	if err := faults.Print(cmd.OutOrStdout(), all); err != nil {
		return err
	}
	return faults.Judge(all)
}
