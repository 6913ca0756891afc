package phone_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jawort/jawort/phone"
)

func TestKeysLieInAFileThatOnlyItsOwnerReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := filepath.Join(t.TempDir(), "new folder", "phone.json")
	p := must(phone.Load(path, phone.Options{}))(t)
	h.enrol(p, "Anna")
	info := must(os.Stat(path))(t)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	again := must(phone.Load(path, phone.Options{}))(t)
	if got := again.Logins(); len(got) != 1 || got[0] != p.Logins()[0] {
		t.Fatalf("logins = %+v", got)
	}
	h.ask()
	must(again.Decide(t.Context(), one(t, again), phone.Approve, "42"))(t)
	check(t, os.Chmod(path, 0o640))
	if _, err := phone.Load(path, phone.Options{}); err == nil {
		t.Error("a file that others may read was loaded")
	}
}

func TestAPhoneNoticesWhatAnotherProcessEnrolled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := filepath.Join(t.TempDir(), "phone.json")
	waiting := must(phone.Load(path, phone.Options{}))(t)
	h.enrol(must(phone.Load(path, phone.Options{}))(t), "Anna")
	check(t, waiting.Refresh())
	if len(waiting.Logins()) != 1 {
		t.Errorf("logins = %+v", waiting.Logins())
	}
}

func TestABrokenFileIsNotTakenForANewPhone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "phone.json")
	for _, content := range []string{"", "{", `{"servers":[{"key":"AAAA"}]}`} {
		check(t, os.WriteFile(path, []byte(content), 0o600))
		if _, err := phone.Load(path, phone.Options{}); err == nil {
			t.Errorf("%q was loaded", content)
		}
	}
}
