package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/bench/local"
)

// benchAhead serves like `jawort serve` with a clock that is ahead. Nothing but this command moves the clock of a process: no
// configuration and no environment does.
func (r *root) benchAhead() *cobra.Command {
	return &cobra.Command{
		Use: local.AheadCommand + " DURATION server|mobile-api|pushgw", Hidden: true, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ahead, err := time.ParseDuration(args[0])
			if err != nil {
				return fmt.Errorf("duration: %w", err)
			}
			cfg, err := r.config()
			if err != nil {
				return err
			}
			return serve(cmd, cfg, partsOf(args[1:]), func() time.Time { return time.Now().Add(ahead) })
		},
	}
}
