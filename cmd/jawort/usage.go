package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// exitUsage is the exit code of a command that was typed wrong; what could not be done exits with 1.
const exitUsage = 2

// usageError says what is wrong with a command as it was typed, and how it is typed.
type usageError struct {
	cmd  *cobra.Command
	what string
}

func mistyped(cmd *cobra.Command, format string, filled ...any) error {
	return &usageError{cmd, fmt.Sprintf(format, filled...)}
}

func (e *usageError) Error() string {
	said := e.what + "\n"
	if _, path, below := strings.Cut(e.cmd.CommandPath(), " "); below {
		said = path + ": " + said
	}
	if e.cmd.HasExample() {
		said += "For example:\n" + e.cmd.Example + "\n"
	}
	return said + "See: " + e.cmd.CommandPath() + " --help"
}

// guide has a command and those below it say in our words what cobra finds wrong with how they are typed, and refuse a subcommand that there is not:
// cobra shows the help of a group and calls that a success.
func guide(cmd *cobra.Command) {
	if cmd.Example == "" {
		cmd.Example = examples[cmd.CommandPath()]
	}
	if !cmd.Runnable() {
		cmd.Args, cmd.DisableFlagsInUseLine = cobra.NoArgs, true
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	cmd.Args = judged(cmd.Args)
	cmd.SuggestionsMinimumDistance = 2
	for _, sub := range cmd.Commands() {
		if sub.Name() == "help" {
			sub.Args = knownTopic
			continue
		}
		guide(sub)
	}
}

func judged(by cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if by != nil && by(cmd, args) != nil {
			return misplaced(cmd, args)
		}
		return missingFlags(cmd)
	}
}

// knownTopic is what `jawort help operator invite` takes.
func knownTopic(help *cobra.Command, args []string) error {
	if topic, left, _ := help.Root().Find(args); len(left) > 0 {
		return misplaced(topic, left)
	}
	return nil
}

// misplaced says which argument is missing, unknown or too much.
func misplaced(cmd *cobra.Command, args []string) error {
	names := arguments(cmd)
	choice := func(arg string) bool { return !slices.Contains(cmd.ValidArgs, arg) }
	switch {
	case len(args) < len(names):
		return mistyped(cmd, "%s is missing", names[len(args)])
	case cmd.HasSubCommands():
		return mistyped(cmd, "there is no command %q%s", args[0], near(cmd, args[0]))
	case cmd.ValidArgs != nil && slices.ContainsFunc(args, choice):
		return mistyped(cmd, "%q is none of %s", args[slices.IndexFunc(args, choice)], strings.Join(cmd.ValidArgs, ", "))
	}
	quotes := ""
	if len(names) > 0 {
		quotes = "; put quotes around what has spaces in it"
	}
	return mistyped(cmd, "%q is too much%s", args[len(args)-1], quotes)
}

// arguments are those that a command needs, as its usage line names them.
func arguments(cmd *cobra.Command) []string {
	words := strings.Fields(cmd.Use)[1:]
	if end := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "-") || strings.HasPrefix(w, "[") }); end >= 0 {
		words = words[:end]
	}
	return words
}

// near asks whether a command was meant that there is.
func near(cmd *cobra.Command, typed string) string {
	if names := cmd.SuggestionsFor(typed); len(names) > 0 {
		return "; did you mean " + strings.Join(names, " or ") + "?"
	}
	return ""
}

// missingFlags names the flags without which a command cannot run, and what they say.
func missingFlags(cmd *cobra.Command) error {
	if cmd.ValidateRequiredFlags() == nil {
		return nil
	}
	var missing []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Annotations[cobra.BashCompOneRequiredFlag] != nil && !f.Changed {
			missing = append(missing, fmt.Sprintf("--%s is missing (%s)", f.Name, f.Usage))
		}
	})
	return mistyped(cmd, "%s", strings.Join(missing, "; "))
}

// takes are the kinds of values in words.
var takes = map[string]string{
	"int": "a whole number", "uint64": "a whole number", "float64": "a number", "bool": "true or false", "duration": "a time such as 30s or 5m",
}

// flawed says what is wrong with a flag, or with the subcommand before it, whose flag it would be.
func flawed(cmd *cobra.Command, err error) error {
	if args := cmd.Flags().Args(); len(args) > 0 && cmd.HasSubCommands() {
		return misplaced(cmd, args)
	}
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var unfit *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		return mistyped(cmd, "there is no flag --%s", unknown.GetSpecifiedName())
	case errors.As(err, &unknown):
		return mistyped(cmd, "there is no flag -%s", unknown.GetSpecifiedName())
	case errors.As(err, &bare):
		return mistyped(cmd, "--%s needs a value (%s)", bare.GetFlag().Name, bare.GetFlag().Usage)
	case errors.As(err, &unfit) && takes[unfit.GetFlag().Value.Type()] != "":
		return mistyped(cmd, "--%s takes %s, not %q", unfit.GetFlag().Name, takes[unfit.GetFlag().Value.Type()], unfit.GetValue())
	}
	return mistyped(cmd, "%v", err)
}
