package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/store/db/pgtest"
)

// organised is the program on a database of its own.
func organised(t *testing.T) (env []string, file func(name, text string) string) {
	t.Helper()
	dir := t.TempDir()
	env = []string{"JAWORT_DATABASE=" + pgtest.New(t), "JAWORT_REDIS=embedded", "JAWORT_KEYS_FILE=" + filepath.Join(dir, "none.json"),
		"JAWORT_SERVER_PUBLIC_URL=http://localhost:1", "JAWORT_MOBILE_API_PUBLIC_URL=http://localhost:2"}
	return env, func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
}

const broker = `tenant: {name: Muster}
applications: [{name: Portal, origins: ["https://portal.example"], max_interval: 12h}]
groups: [{name: customers, interval: {min: 0, max: 7, default: 0}}]
`

func TestApplyShowsAppliesAndSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	env, file := organised(t)
	path := file("org.yaml", broker)
	const plan = `Muster
+ tenant Muster
+ application Portal: max_interval 12h, origins https://portal.example
+ group customers: interval.default 0, interval.max 7, interval.min 0
`
	for _, flag := range []string{"--dry-run", "--plan"} {
		if stdout, _, err := output(t, env, "apply", "-f", path, flag); err != nil || stdout != plan+"Nothing was applied: this is a dry run.\n" {
			t.Fatalf("%s: %v\n%s", flag, err, stdout)
		}
	}
	if tenants := answer[[]tenantRow](t, env, "tenant", "list"); len(tenants) != 0 {
		t.Fatalf("a dry run made %+v", tenants)
	}
	stdout, stderr, err := output(t, env, "apply", "-f", path)
	applications := answer[[]applicationRow](t, env, "application", "list", "--tenant", answer[[]tenantRow](t, env, "tenant", "list")[0].ID)
	want := plan + "Applied.\nNext, for Portal: jawort key create --application " + applications[0].ID + " --scopes login,enrol,admin\n"
	if err != nil || stdout != want {
		t.Fatalf("%v %s\n%s", err, stderr, stdout)
	}
	if stdout, _, err := output(t, env, "apply", "-f", path); err != nil || stdout != "Muster\n= 3 unchanged\nNothing to change.\n" {
		t.Errorf("the second time: %v\n%s", err, stdout)
	}
	changed := answer[[]shownPlan](t, env, "apply", "-f", file("other.yaml", strings.Replace(broker, "12h", "1d", 1)))
	if len(changed) != 1 || !changed[0].Applied || changed[0].Unchanged != 2 || len(changed[0].Changes) != 1 || changed[0].Changes[0].ID != applications[0].ID ||
		changed[0].Changes[0].Fields[0].After != "1d" {
		t.Errorf("as JSON: %+v", changed)
	}
}

// refusal of a command is exit code 1, with nothing on standard output.
func refuses(t *testing.T, env []string, want string, args ...string) {
	t.Helper()
	stdout, stderr, err := output(t, env, args...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || stdout != "" || stderr != want {
		t.Errorf("%v\n%s\nsaid\n%s\nwant\n%s", err, stdout, stderr, want)
	}
}

func TestApplyNamesTheLinesOfAllMistakesAndAppliesNothing(t *testing.T) {
	t.Parallel()
	env, file := organised(t)
	path := file("org.yaml", broker+"accounts:\n- {account: 1, manager: 2}\n- {account: 3, intervall: 1}\n")
	refuses(t, env, path+":5: accounts[0].manager: is not the login number of an account of this tenant or this file\n"+
		path+":6: accounts[1].intervall: there is no such key here; there are account, label, group, manager, phone, email, language, interval, sms\n"+
		"jawort: nothing was applied\n", "apply", "-f", path)
	if tenants := answer[[]tenantRow](t, env, "tenant", "list"); len(tenants) != 0 {
		t.Errorf("it made %+v", tenants)
	}
}

func TestAccountsAreImportedByTenant(t *testing.T) {
	t.Parallel()
	env, file := organised(t)
	answer[[]shownPlan](t, env, "apply", "-f", file("org.yaml", broker))
	list := file("accounts.csv", "account;group;manager;phone\n1;customers;2;0152 28817386\n2;;;\n")
	run := func(want string, args ...string) {
		t.Helper()
		stdout, stderr, err := output(t, env, append([]string{"accounts", "import", list, "--tenant", "Muster", "--region", "DE"}, args...)...)
		if err != nil || stdout != want {
			t.Errorf("%v: %v %s\n%s", args, err, stderr, stdout)
		}
	}
	run("Muster\ncolumns read: account, group, manager, phone\n+ 2 added\nNothing was applied: this is a dry run.\n", "--dry-run")
	run("Muster\ncolumns read: account, group, manager, phone\n+ 2 added\nApplied.\n")
	run("Muster\ncolumns read: account, group, manager, phone\n= 2 unchanged\nNothing to change.\n")
	list = file("accounts.csv", "account,phone\n1,0152 28895456\n2,\n")
	run("Muster\ncolumns read: account, phone\n~ 1 changed: phone of 1\n  1: phone\n= 1 unchanged\nApplied.\n")
	list = file("accounts.csv", "account,phone,group\n1,,customers\n2,0152 28817386,customers\n")
	run("Muster\ncolumns read: account, phone, group\n~ 2 changed: group of 1, phone of 2\n  2: group, phone\n  1: cleared: phone\nNothing was applied: this is a dry run.\n", "--dry-run")
	list = file("accounts.csv", "account,phone\n1,0152 28895456\n2,\n")
	c := answer[counted](t, env, "accounts", "import", list, "--tenant", "Muster", "--region", "DE")
	if !slices.Equal(c.Read, []string{"account", "phone"}) || c.Ignored == nil || len(c.Ignored) != 0 || c.Unchanged != 2 || c.Added+c.Changed != 0 {
		t.Errorf("as JSON: %+v", c)
	}
	refuses(t, env, list+":2: phone: must be a telephone number that exists, with its country code, e.g. +49 151 23456789\njawort: nothing was applied\n",
		"accounts", "import", list, "--tenant", "Muster")
	refuses(t, env, "jawort: there is no Nobody, or it was revoked\n", "accounts", "import", list, "--tenant", "Nobody")
}

func TestTheListOfAccountsIsImportedAgainAsItIsAndEdited(t *testing.T) {
	t.Parallel()
	i := installed(t)
	i.run()
	c, dir := i.client(), t.TempDir()
	for _, made := range []struct {
		number string
		client.AccountChange
	}{
		{"+4915228817386", client.AccountChange{Label: new(`=HYPERLINK("http://evil.example")`), Phone: new("+4915228817386"), Email: new("'+anna@post.example")}},
		{"'+4915228817386", client.AccountChange{Label: new("'s-Gravenhage; Depot"), Manager: new("+4915228817386"), Language: new("de"), SMS: new(true)}},
		{"007", client.AccountChange{Interval: new(0)}},
	} {
		if _, err := c.ChangeAccount(t.Context(), made.number, made.AccountChange); err != nil {
			t.Fatal(err)
		}
	}
	var list strings.Builder
	if err := c.AccountsCSV(t.Context(), client.AccountFilter{}, &list); err != nil {
		t.Fatal(err)
	}
	run := func(text, want string, args ...string) {
		t.Helper()
		path := filepath.Join(dir, "list.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		const head = "Muster Makler AG\ncolumns read: account, label, group, manager, phone, email, language, interval, sms\n" +
			"columns ignored, which Jawort fills itself: devices, methods, used, created_at\n"
		stdout, stderr, err := output(t, i.env, append([]string{"accounts", "import", path, "--tenant", "Muster Makler AG"}, args...)...)
		if err != nil || stdout != head+want {
			t.Errorf("%v: %v %s\n%s\nof\n%s", args, err, stderr, stdout, text)
		}
	}
	run(list.String(), "= 3 unchanged\nNothing to change.\n", "--dry-run")
	run(list.String(), "= 3 unchanged\nNothing to change.\n")
	edited := "\uFEFFsep=;\r\n" + strings.ReplaceAll(strings.ReplaceAll(list.String(), `","`, `";"`), "Depot", "Lager")
	run(edited, "~ 1 changed: label of 1\n  '+4915228817386: label\n= 2 unchanged\nNothing was applied: this is a dry run.\n", "--dry-run")
	run(edited, "~ 1 changed: label of 1\n  '+4915228817386: label\n= 2 unchanged\nApplied.\n")
	if a, err := c.Account(t.Context(), "'+4915228817386"); err != nil || a.Label != "'s-Gravenhage; Lager" || a.Manager != "+4915228817386" || !a.SMS {
		t.Errorf("%v %+v", err, a)
	}
}

func TestOfManyMistakesInAListFiftyAreTold(t *testing.T) {
	t.Parallel()
	env, file := organised(t)
	answer[[]shownPlan](t, env, "apply", "-f", file("org.yaml", broker))
	list := file("accounts.csv", "account\n"+strings.Repeat("1\n", 61))
	_, stderr, err := output(t, env, "accounts", "import", list, "--tenant", "Muster")
	if err == nil || strings.Count(stderr, "stands in line 2 already\n") != 50 || !strings.HasSuffix(stderr, "jawort: nothing was applied; there are 10 mistakes more\n") {
		t.Errorf("%v\n%s", err, stderr)
	}
}
