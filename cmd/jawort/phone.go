package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/jawort/jawort/phone"
)

// newPhone is the simulated phone: it knows only the phone API, so it needs no configuration.
func newPhone() *cobra.Command {
	var file, holder, label string
	cmd := &cobra.Command{
		Use:   "phone",
		Short: "A simulated phone in this terminal: shows what waits and asks for an answer",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			t, err := openPhone(cmd, file)
			if err != nil {
				return err
			}
			if len(t.Phone.Logins()) == 0 {
				return fmt.Errorf("no login is registered in %s; run: %s (the login page's /phone shows the link)", file, t.Enrolling)
			}
			return t.Run(cmd.Context())
		},
	}
	cmd.PersistentFlags().StringVar(&file, "file", defaultPhoneFile(), "where the phone keeps its keys")
	enrol := &cobra.Command{
		Use:   "enrol LINK",
		Short: "Register this phone by the link of a login page, then wait for questions",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := openPhone(cmd, file)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "This terminal becomes a phone of the login that the link is for, and asks here whether its logins are yours. Its keys stay in\n  %s\n", file)
			if err := t.Enrol(cmd.Context(), args[0], holder, label, nil); err != nil {
				return err
			}
			return t.Run(cmd.Context())
		},
	}
	enrol.Flags().StringVar(&holder, "holder", "", "the person who holds this phone; asked for where not given")
	enrol.Flags().StringVar(&label, "label", "", "how this phone is called")
	cmd.AddCommand(enrol)
	return cmd
}

// openPhone loads the phone, or makes a new one that keeps its keys in the file.
func openPhone(cmd *cobra.Command, file string) (*phone.Terminal, error) {
	p, err := phone.Load(file, phone.Options{})
	if err != nil {
		return nil, err
	}
	return &phone.Terminal{Phone: p, In: cmd.InOrStdin(), Out: cmd.OutOrStdout(), Enrolling: enrolling(cmd, file)}, nil
}

// enrolling is the command that registers this phone, as its user would type it.
func enrolling(cmd *cobra.Command, file string) string {
	words := os.Args[0] + " phone enrol"
	if cmd.Flags().Changed("file") {
		words += " --file " + file
	}
	return words + " LINK"
}

func defaultPhoneFile() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "jawort-phone.json"
	}
	return filepath.Join(dir, "jawort", "phone.json")
}
