// Command jawort runs Jawort and sets it up. Each subcommand has a file of its own; what they do lives in the
// packages that they call.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/config"
	"github.com/jawort/jawort/refusal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newRoot().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "jawort:", sentence(err))
		os.Exit(exitCode(err))
	}
}

func exitCode(err error) int {
	var typed *usageError
	if errors.As(err, &typed) {
		return exitUsage
	}
	return 1
}

// sentence shows of a refusal only what is meant for its reader.
func sentence(err error) string {
	var r *refusal.Error
	if !errors.As(err, &r) {
		return err.Error()
	}
	if cause := r.Unwrap(); cause != nil { // the person at this terminal runs the installation
		return r.Detail + " (" + cause.Error() + ")"
	}
	return r.Detail
}

// root carries what all subcommands share.
type root struct {
	configPath string
}

func newRoot() *cobra.Command {
	r := &root{}
	cmd := &cobra.Command{
		Use:           "jawort",
		Short:         "Ask people on their phones whether a login is really theirs",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.PersistentFlags().StringVar(&r.configPath, "config", os.Getenv("JAWORT_CONFIG"), "configuration file (YAML); default: $JAWORT_CONFIG, else built-in defaults")
	cmd.AddCommand(
		r.serve(), r.demo(), newPhone(), newVerify(),
		r.tenant(), r.application(), r.key(), r.operator(), r.apply(), r.accounts(), r.migrate(), r.audit(),
		r.secrets(), r.backup(), r.restore(), r.healthcheck(), r.bench(),
	)
	cmd.InitDefaultHelpCmd()
	cmd.InitDefaultCompletionCmd()
	cmd.SetFlagErrorFunc(flawed)
	guide(cmd)
	return cmd
}

func (r *root) config() (*config.Config, error) {
	return config.Load(r.configPath, os.Environ())
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}
