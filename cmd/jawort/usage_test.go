package main

import (
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestACommandThatIsTypedWrongSaysWhatIsMeantAndExitsWithTwo(t *testing.T) {
	t.Parallel()
	for typed, says := range map[string]string{
		"oprator":                         `jawort: there is no command "oprator"; did you mean operator?`,
		"operator invte":                  `jawort: operator: there is no command "invte"; did you mean invite?`,
		"operator invte --name x":         `jawort: operator: there is no command "invte"; did you mean invite?`,
		"phone enrll link":                `jawort: phone: there is no command "enrll"; did you mean enrol?`,
		"bench faults lst":                `jawort: bench faults: there is no command "lst"; did you mean list?`,
		"completion zhs":                  `jawort: completion: there is no command "zhs"; did you mean`,
		"help operator invte":             `jawort: operator: there is no command "invte"; did you mean invite?`,
		"operator xxxxxxxx":               "jawort: operator: there is no command \"xxxxxxxx\"\nSee: jawort operator --help",
		"operator end":                    "jawort: operator end: ID is missing\nFor example:\n  jawort operator list\n  jawort operator end opr_…\nSee: jawort operator end --help",
		"secrets promote sealing":         "jawort: secrets promote: FILE is missing\nFor example:",
		"tenant create Muster Makler AG":  `"AG" is too much; put quotes around what has spaces in it`,
		"healthcheck now":                 "jawort: healthcheck: \"now\" is too much\n",
		"serve everything":                `jawort: serve: "everything" is none of server, mobile-api, pushgw`,
		"operator invite":                 "--name is missing (how the others know the person); --role is missing (administrator, support or auditor)",
		"operator invite --nmae Ada":      "there is no flag --nmae",
		"operator list -q":                "there is no flag -q",
		"operator invite --name":          "--name needs a value (how the others know the person)",
		"application create x --digits y": `--digits takes a whole number, not "y"`,
	} {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			stdout, stderr, err := output(t, nil, strings.Fields(typed)...)
			var ended *exec.ExitError
			if !errors.As(err, &ended) || ended.ExitCode() != exitUsage || stdout != "" || !strings.Contains(stderr, says) {
				t.Errorf("%v, said %q %q; want %q", err, stdout, stderr, says)
			}
		})
	}
}

func TestAGroupOfCommandsShowsWhatThereIsAndWhatFailsExitsWithOne(t *testing.T) {
	t.Parallel()
	for _, asked := range [][]string{{"operator"}, {"help", "operator"}, {"operator", "--help"}, {}} {
		stdout, stderr, err := output(t, nil, asked...)
		if err != nil || stderr != "" || !strings.Contains(stdout, "Available Commands:") {
			t.Errorf("%v: %v, said %q %q", asked, err, stdout, stderr)
		}
	}
	var ended *exec.ExitError
	if _, _, err := output(t, nil, "backup", "x", "--config", "/nowhere.yaml"); !errors.As(err, &ended) || ended.ExitCode() != 1 {
		t.Errorf("what failed exited with %v", err)
	}
}

var words = regexp.MustCompile(`"[^"]*"|'[^']*'|\S+`)

// example parses a line as a shell would, up to where it is redirected.
func example(line string) []string {
	line, _, _ = strings.Cut(line, " > ")
	args := words.FindAllString(line, -1)[1:]
	for i := range args {
		args[i] = strings.Trim(args[i], `"'`)
	}
	return args
}

func everyCommand(cmd *cobra.Command) (all []*cobra.Command) {
	for _, sub := range cmd.Commands() {
		all = append(append(all, sub), everyCommand(sub)...)
	}
	return all
}

func TestEachCommandThatNeedsMoreThanItsNameHasAnExampleThatFits(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, cmd := range everyCommand(newRoot()) {
		known[cmd.CommandPath()] = true
		if cmd.Hidden {
			continue
		}
		lines := strings.Split(cmd.Example, "\n")
		if last := lines[len(lines)-1]; cmd.ValidateArgs(nil) != nil && !strings.HasPrefix(last, "  "+cmd.CommandPath()+" ") {
			t.Errorf("%s ends its example with %q", cmd.CommandPath(), last)
		}
		for _, line := range slices.DeleteFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "  jawort ") }) {
			typed, args, err := newRoot().Find(example(line))
			if err == nil {
				err = typed.ParseFlags(args)
			}
			if err == nil {
				err = typed.ValidateArgs(typed.Flags().Args())
			}
			if err != nil {
				t.Errorf("%s: %q: %v", cmd.CommandPath(), line, err)
			}
		}
	}
	for path := range examples {
		if !known[path] {
			t.Errorf("there is no %s", path)
		}
	}
}

func TestAPhoneSaysWhatItDoesAndWhereItsKeysStayBeforeItAsks(t *testing.T) {
	t.Parallel()
	stdout, _, err := output(t, nil, "phone", "enrol", "--file", "/keys/phone.json", "http://localhost:1/enrol#"+strings.Repeat("a", 22))
	says, asks := strings.Index(stdout, "This terminal becomes a phone"), strings.Index(stdout, "Who holds this phone?")
	if err == nil || says != 0 || asks < strings.Index(stdout, "/keys/phone.json") {
		t.Errorf("%v, said %q", err, stdout)
	}
}

func TestTimesForPeopleNameTheirZone(t *testing.T) {
	t.Parallel()
	i := installed(t)
	tokyo := append(slices.Clone(i.env), "TZ=Asia/Tokyo")
	shown := regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( [A-Z]+)?`)
	tenant := answer[[]tenantRow](t, i.env, "tenant", "list")[0].ID
	application := answer[[]applicationRow](t, i.env, "application", "list", "--tenant", tenant)[0].ID
	invited := answer[operatorRow](t, i.env, "operator", "invite", "--name", "Ada", "--role", "support").ID
	answer[map[string]string](t, i.env, "operator", "end", invited)
	for _, typed := range []string{"operator invite --name Bo --role support", "operator list", "tenant list", "key list --application " + application} {
		stdout, stderr, err := output(t, tokyo, strings.Fields(typed)...)
		times := shown.FindAllStringSubmatch(stdout, -1)
		if err != nil || len(times) == 0 {
			t.Errorf("%s: %v, said %q %q", typed, err, stdout, stderr)
		}
		for _, at := range times {
			if at[1] != " JST" {
				t.Errorf("%s: %q", typed, at[0])
			}
		}
	}
}
