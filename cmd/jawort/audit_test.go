package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jawort/jawort/audit"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/store/db"
	"github.com/jawort/jawort/store/db/pgtest"
	"github.com/jawort/jawort/store/lasting"
)

// tenant is the one tenant of the installation.
func (i *installation) tenant() string {
	i.t.Helper()
	return answer[[]tenantRow](i.t, i.env, "tenant", "list")[0].ID
}

// exported takes the log away once it has so many entries of the kind.
func (i *installation) exported(kind string, want int) string {
	i.t.Helper()
	tenant := i.tenant()
	again := time.NewTicker(200 * time.Millisecond)
	defer again.Stop()
	for {
		stdout, stderr, err := output(i.t, i.env, "audit", "export", "--tenant", tenant)
		if err != nil {
			i.t.Fatal(stderr)
		}
		if strings.Count(stdout, `"kind":"`+kind+`"`) >= want {
			return stdout
		}
		select {
		case <-again.C:
		case <-i.t.Context().Done():
			i.t.Fatal("the log does not get there")
		}
	}
}

func verifyFile(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	return output(t, nil, append([]string{"audit", "verify"}, args...)...)
}

func TestTheLogOfALoginIsExportedAndVerifiedWithoutTheService(t *testing.T) {
	t.Parallel()
	i := installed(t)
	i.run()
	p := i.enrol("Anna's phone", nil)
	early := keep(t, i.exported("approval.approved", 0))
	a := i.ask("browser")
	if _, err := p.Decide(t.Context(), i.fetch(p, a.ID), phone.Approve, a.Number); err != nil {
		t.Fatal(err)
	}
	text, keys := i.exported("approval.approved", 1), keep(t, i.published())
	stdout, stderr, err := verifyFile(t, keep(t, text), "--keys", keys, "--head", early)
	if err != nil || !strings.HasPrefix(stdout, "valid: ") || !strings.Contains(stdout, "  erased    0 pieces of personal data\n") || !strings.Contains(stdout, i.tenant()) {
		t.Fatalf("%v, said %q %q", err, stdout, stderr)
	}
	for line := range strings.Lines(text) {
		// What is personal stands beside the entry, where it can be erased.
		if entry, _, _ := strings.Cut(line, `,"personal":`); strings.Contains(entry, `"`+loginNumber+`"`) {
			t.Errorf("an entry names the login number: %s", entry)
		}
	}
	if again := i.exported("audit.exported", 2); !strings.Contains(again, `"actor":"command:jawort","data":{"entries":`) {
		t.Errorf("the log does not say that the command line took it away: %s", again)
	}
	entries := slices.DeleteFunc(strings.SplitAfter(text, "\n"), func(line string) bool { return !strings.HasPrefix(line, `{"entry"`) })
	for name, c := range map[string]struct {
		lines []string
		says  string
	}{
		"an edit": {[]string{strings.Replace(text, `"kind":"approval.approved"`, `"kind":"approval.denied"`, 1)}, ": edited: it has another content than its hash says"},
		"no head": {entries, "cut: no signed head follows at the end"},
		"no file": {nil, "hold: entry 0: cut: the file is empty"},
	} {
		stdout, stderr, err := verifyFile(t, keep(t, strings.Join(c.lines, "")), "--keys", keys)
		if err == nil || stdout != "" || !strings.Contains(stderr, "the log does not hold: ") || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: %v, said %q %q", name, err, stdout, stderr)
		}
	}
	_, stderr, err = verifyFile(t, early, "--keys", keys, "--head", keep(t, text))
	if err == nil || !strings.Contains(stderr, "cut: ") {
		t.Errorf("an older log against a newer head: %v, said %q", err, stderr)
	}
	i.verifyDatabase()
}

// verifyDatabase checks the log where it lies, before and after somebody has been at it.
func (i *installation) verifyDatabase() {
	i.t.Helper()
	found := answer[[]struct {
		audit.Report
		Documents, Evidence struct{ Intact, Erased int }
	}](i.t, i.env, "audit", "verify", "--database")
	if len(found) != 1 || found[0].Entries == 0 || found[0].Documents.Intact != 1 || found[0].Evidence.Intact != 1 {
		i.t.Errorf("found %+v", found)
	}
	s, err := lasting.Open(i.t.Context(), i.databaseURL(), db.Options{})
	if err != nil {
		i.t.Fatal(err)
	}
	defer s.Close()
	if _, err := db.Exec(i.t.Context(), s.Writes(), `UPDATE audit_entries SET actor = 'system' WHERE kind = 'approval.approved'`); err != nil {
		i.t.Fatal(err)
	}
	for _, args := range [][]string{{"audit", "verify", "--database", "--tenant", i.tenant()}, {"audit", "export", "--tenant", i.tenant()}} {
		_, stderr, err := output(i.t, i.env, args...)
		if err == nil || !strings.Contains(stderr, "the log does not hold: entry ") || !strings.Contains(stderr, "edited") {
			i.t.Errorf("%v: %v, said %q", args, err, stderr)
		}
	}
}

func TestWhatIsWrongInAskingForTheLogIsNamed(t *testing.T) {
	t.Parallel()
	i := installed(t)
	stdout, stderr, err := output(t, i.env, "audit", "verify", "--database")
	if err != nil || stdout != "valid: nothing has happened yet\n" {
		t.Errorf("an empty database: %v, said %q %q", err, stdout, stderr)
	}
	empty, nothing := keep(t, `{"keys":[]}`), keep(t, "nothing\n")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no file":               {[]string{"audit", "verify"}, "give FILE with --keys"},
		"no keys":               {[]string{"audit", "verify", nothing}, "give FILE with --keys"},
		"file and database":     {[]string{"audit", "verify", nothing, "--keys", empty, "--database"}, "give FILE with --keys"},
		"keys that are none":    {[]string{"audit", "verify", nothing, "--keys", nothing}, "is not a JWK set"},
		"a log that is none":    {[]string{"audit", "verify", nothing, "--keys", empty}, "line 1, entry 0: unreadable"},
		"a head that is none":   {[]string{"audit", "verify", nothing, "--keys", empty, "--head", nothing}, "neither ends with a head nor is one"},
		"a file that is not":    {[]string{"audit", "verify", nothing + "x", "--keys", empty}, "no such file"},
		"an unknown tenant":     {[]string{"audit", "export", "--tenant", "ten_x"}, "there is no ten_x"},
		"an unknown tenant too": {[]string{"audit", "verify", "--database", "--tenant", "ten_x"}, "there is no ten_x"},
	} {
		if _, stderr, err := output(t, i.env, c.args...); err == nil || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: %v, said %q; want %q", name, err, stderr, c.says)
		}
	}
}

// Each outcome has one entry, though the server that has the lease is killed in the middle and another takes over.
func TestAServerThatIsKilledLosesAndRepeatsNoEntry(t *testing.T) {
	t.Parallel()
	i := install(t, pgtest.New(t))
	servers := []*program{i.run(), i.run()}
	i.enrol("Anna's phone", nil)
	var ended []string
	for n := range 24 {
		a := i.ask("browser")
		if err := i.client().CancelApproval(t.Context(), a.ID); err != nil {
			t.Fatal(err)
		}
		ended = append(ended, a.ID)
		if n == 8 {
			servers[0].kill()
			servers[0] = i.run()
		}
		if n == 16 {
			servers[1].kill()
		}
	}
	text := i.exported("approval.cancelled", len(ended))
	if _, stderr, err := verifyFile(t, keep(t, text), "--keys", keep(t, i.published())); err != nil {
		t.Fatal(stderr)
	}
	for _, id := range ended {
		if n := strings.Count(text, `"subject":"`+id+`"`); n != 1 {
			t.Errorf("%d entries of one outcome", n)
		}
	}
	if slices.ContainsFunc(servers, func(p *program) bool { return strings.Contains(p.log.String(), `"level":"ERROR"`) }) {
		t.Error("a server logged an error")
	}
}
