package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// table is what a list command shows to people; --json shows rows instead.
type table struct {
	head  []any
	lines [][]any
}

func (t *table) add(cells ...any) { t.lines = append(t.lines, cells) }

func (t *table) write(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range append([][]any{t.head}, t.lines...) {
		for i, cell := range line {
			if i > 0 {
				fmt.Fprint(tw, "\t")
			}
			fmt.Fprint(tw, cell)
		}
		fmt.Fprintln(tw)
	}
	return tw.Flush()
}

// moment is a time for people, where they are; JSON has it in UTC.
func moment(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 MST") }

// show writes v as JSON where --json was given, else calls text.
func show(cmd *cobra.Command, v any, text func(io.Writer) error) error {
	asJSON, err := cmd.Flags().GetBool("json")
	if err != nil {
		return err
	}
	if !asJSON {
		return text(cmd.OutOrStdout())
	}
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func withJSON(cmds ...*cobra.Command) []*cobra.Command {
	for _, c := range cmds {
		c.Flags().Bool("json", false, "answer as JSON")
	}
	return cmds
}
