package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jawort/jawort/client"
	"github.com/jawort/jawort/keys"
	"github.com/jawort/jawort/phone"
	"github.com/jawort/jawort/pushgw/pushtest"
)

// exchange is an installation whose keys are exchanged while a person logs in.
type exchange struct {
	*installation
	*testing.T
	file  string
	parts map[string]*program
	phone *phone.Phone
	inbox <-chan pushtest.Push
}

// restart puts a process that reads the key file anew in the place of each.
func (x *exchange) restart(parts ...string) {
	x.Helper()
	for _, part := range parts {
		before := x.parts[part]
		x.parts[part] = x.run(part)
		if before != nil {
			before.stop()
		}
	}
}

// login has the phone be woken and approve.
func (x *exchange) login(when string) client.Approval {
	x.Helper()
	a := x.ask("browser")
	for push := range x.inbox {
		if push.Type == "approval" && push.ID == a.ID {
			break
		}
	}
	if _, err := x.phone.Decide(within(x.T, soon), x.fetch(x.phone, a.ID), phone.Approve, a.Number); err != nil {
		x.Fatalf("%s: %v", when, err)
	}
	got, err := x.client().Approval(x.Context(), a.ID)
	if err != nil || got.Status != client.Approved {
		x.Fatalf("%s: the login is %q, %v", when, got.Status, err)
	}
	return a
}

func (x *exchange) rows() []secretRow {
	x.Helper()
	return answer[[]secretRow](x.T, nil, "secrets", "show", x.file)
}

func TestEveryKeyIsExchangedWhileAPersonLogsIn(t *testing.T) {
	t.Parallel()
	i := installed(t)
	fcm := i.withFCM(t)
	x := &exchange{installation: i, T: t, parts: map[string]*program{}, file: i.keysFile()}
	all := []string{"server", "mobile-api", "pushgw"}
	x.restart(all...)
	token := fcm.NewToken()
	x.phone, x.inbox = i.enrol("Pixel", &phone.PushAddress{Provider: "fcm", App: "companion", Token: token}), fcm.Inbox(token)
	first := x.login("before")
	receipt, err := i.client().Receipt(t.Context(), first.ID)
	if err != nil {
		t.Fatal(err)
	}

	before := x.rows()
	var fresh []secretRow
	for _, kind := range keys.Kinds {
		fresh = append(fresh, answer[secretRow](t, nil, "secrets", "add", string(kind), x.file))
	}
	x.restart(all...)
	for _, k := range fresh {
		if promoted := answer[secretRow](t, nil, "secrets", "promote", k.ID, x.file); !promoted.Writes {
			t.Fatalf("promoted: %+v", promoted)
		}
	}
	x.restart("server") // mobile-api and pushgw have not read the file yet
	x.login("while processes write with different keys")
	i.enrol("Galaxy", nil)
	x.restart("mobile-api", "pushgw")
	x.login("after the exchange")

	for _, k := range before {
		waits := k.Kind == keys.Sealing || k.Kind == keys.Authentication
		if _, stderr, err := output(t, i.env, "secrets", "drop", k.ID, x.file); waits && (err == nil || !strings.Contains(stderr, "25 hours")) {
			t.Errorf("dropping %s at once: %v, %s", k.ID, err, stderr)
		} else if !waits && err != nil {
			t.Errorf("dropping %s: %s", k.ID, stderr)
		}
	}
	sealing := before[0].ID
	if _, stderr, err := output(t, i.env, "secrets", "drop", sealing, x.file, "--leaked"); err == nil || !strings.Contains(stderr, "jawort secrets reseal") {
		t.Errorf("dropping what is in use: %v, %s", err, stderr)
	}
	if done := answer[map[string]int](t, i.env, "secrets", "reseal"); done["resealed"] < 1 {
		t.Errorf("resealed %v", done)
	}
	for _, k := range before[:2] { // of sealing and authentication
		if _, stderr, err := output(t, i.env, "secrets", "drop", k.ID, x.file, "--leaked"); err != nil {
			t.Errorf("dropping %s: %s", k.ID, stderr)
		}
	}
	if left := x.rows(); len(left) != len(keys.Kinds) || slices.ContainsFunc(left, func(k secretRow) bool { return !k.Writes }) {
		t.Errorf("left are %+v", left)
	}
	x.restart(all...)
	x.login("without the keys before, and with a token of one of them")
	kept := evidence{keep(t, receipt), keep(t, i.published()), i.phones.url}
	if _, stderr, err := kept.verify(t, "localhost"); err != nil {
		t.Errorf("the receipt of a key that is gone: %s", stderr)
	}
}

// keysFile is where the installation's keys lie.
func (i *installation) keysFile() string {
	i.t.Helper()
	for _, v := range i.env {
		if path, ok := strings.CutPrefix(v, "JAWORT_KEYS_FILE="); ok {
			return path
		}
	}
	i.t.Fatal("no key file")
	return ""
}

func TestWhatIsWrongInAnExchangeOfKeysChangesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, stderr, err := output(t, nil, "secrets", "init", path); err != nil {
		t.Fatal(stderr)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	set, err := keys.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	writes := set.Keys()[0].ID
	for name, c := range map[string]struct {
		args  []string
		wants string
	}{
		"an unknown kind":     {[]string{"add", "password", path}, "sealing, authentication, receipt and vapid"},
		"an unknown key":      {[]string{"promote", "sealing:nothing", path}, "jawort secrets show"},
		"several keys":        {[]string{"promote", "", path}, "several"},
		"a key that writes":   {[]string{"drop", writes, path}, "promote another"},
		"a file that is none": {[]string{"show", filepath.Join(t.TempDir(), "x")}, "jawort secrets init"},
	} {
		if _, stderr, err := output(t, nil, append([]string{"secrets"}, c.args...)...); err == nil || !strings.Contains(stderr, c.wants) {
			t.Errorf("%s: %v, %s", name, err, stderr)
		}
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Error("the key file changed")
	}
	stdout, stderr, err := output(t, nil, "secrets", "show", path)
	if err != nil || strings.Count(stdout, "writes") != len(keys.Kinds) {
		t.Errorf("show: %v, %s%s", err, stdout, stderr)
	}
	for _, name := range []string{"\"d\": \"", "\"private\": \"", "\"value\": \""} {
		for _, part := range strings.Split(string(before), name)[1:] {
			if secret, _, _ := strings.Cut(part, "\""); len(secret) < 40 || strings.Contains(stdout, secret) {
				t.Errorf("%s: show tells what is secret, or nothing was found", name)
			}
		}
	}
}
