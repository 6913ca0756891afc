package keys_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jawort/jawort/keys"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// exchange is a set before, with a further key of a kind, and with that key writing.
type exchange struct {
	before, added, after *keys.Set
	old, fresh           keys.Key
}

func exchanged(t *testing.T, kind keys.Kind) exchange {
	t.Helper()
	x := exchange{before: generated(t)}
	x.old = writing(t, x.before, kind)
	var err error
	if x.added, x.fresh, err = x.before.Add(kind); err != nil {
		t.Fatal(err)
	}
	if x.fresh.Writes || x.fresh.Kind != kind || writing(t, x.added, kind) != x.old {
		t.Fatalf("the further key is %+v", x.fresh)
	}
	if x.after, err = x.added.Promote(x.fresh, noon); err != nil {
		t.Fatal(err)
	}
	if now := writing(t, x.after, kind); now.ID != x.fresh.ID {
		t.Fatalf("%+v writes", now)
	}
	if x.old, err = x.after.Find(x.old.ID); err != nil || x.old.Writes || !x.old.WroteUntil.Equal(noon) {
		t.Fatalf("the key before is %+v, %v", x.old, err)
	}
	return x
}

func writing(t *testing.T, s *keys.Set, kind keys.Kind) keys.Key {
	t.Helper()
	i := slices.IndexFunc(s.Keys(), func(k keys.Key) bool { return k.Kind == kind && k.Writes })
	if i < 0 {
		t.Fatalf("no key of %s writes", kind)
	}
	return s.Keys()[i]
}

func (x exchange) dropped(t *testing.T) *keys.Set {
	t.Helper()
	s, err := x.after.Drop(x.old)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(x.old.ID); !errors.Is(err, keys.ErrUnknown) {
		t.Fatalf("the dropped key: %v", err)
	}
	return s
}

func TestAFurtherSealingKeyOpensBeforeItSeals(t *testing.T) {
	t.Parallel()
	x := exchanged(t, keys.Sealing)
	seal := func(s *keys.Set) []byte {
		sealed, err := s.Seal([]byte("x"), "p")
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	older, old, fresh := seal(x.before), seal(x.added), seal(x.after)
	if !bytes.HasPrefix(old, x.old.SealPrefix()) || !bytes.HasPrefix(fresh, x.fresh.SealPrefix()) || bytes.HasPrefix(fresh, x.old.SealPrefix()) {
		t.Error("prefixes do not tell the keys apart")
	}
	last := x.dropped(t)
	for name, c := range map[string]struct {
		set    *keys.Set
		sealed []byte
		opens  bool
	}{
		"what was sealed before":                   {x.after, older, true},
		"what a process seals that is behind":      {x.after, old, true},
		"what a process seals that is ahead":       {x.added, fresh, true},
		"what is ahead, without the further key":   {x.before, fresh, false},
		"what was sealed by a key that is gone":    {last, older, false},
		"what was sealed after, once that is gone": {last, fresh, true},
	} {
		if _, err := c.set.Open(c.sealed, "p"); (err == nil) != c.opens {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatAnEarlierKeyAuthenticatedHoldsUntilThatIsDropped(t *testing.T) {
	t.Parallel()
	x := exchanged(t, keys.Authentication)
	mac := func(s *keys.Set) []byte {
		tag, err := s.MAC("p", []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		return tag
	}
	old, fresh := mac(x.before), mac(x.after)
	if bytes.Equal(old, fresh) {
		t.Fatal("the promoted key does not write")
	}
	for _, s := range []*keys.Set{x.added, x.after} {
		if s.VerifyMAC(old, "p", []byte("x")) != nil || s.VerifyMAC(fresh, "p", []byte("x")) != nil {
			t.Error("a tag of one of two keys does not hold")
		}
	}
	tags, err := x.after.MACs("p", []byte("x"))
	if err != nil || len(tags) != 2 || !bytes.Equal(tags[0], fresh) || !bytes.Equal(tags[1], old) {
		t.Errorf("%d tags, %v", len(tags), err)
	}
	if last := x.dropped(t); last.VerifyMAC(old, "p", []byte("x")) == nil || last.VerifyMAC(fresh, "p", []byte("x")) != nil {
		t.Error("the dropped key still authenticates, or the other one does not")
	}
}

func TestAReceiptKeyIsPublishedBeforeItSigns(t *testing.T) {
	t.Parallel()
	x := exchanged(t, keys.Receipt)
	published := func(s *keys.Set) int {
		all, err := s.ReceiptPublic()
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if x.added.Receipt().KeyID != x.old.Public || published(x.added) != 2 {
		t.Error("a further key signs at once, or is not published")
	}
	if x.after.Receipt().KeyID != x.fresh.Public || published(x.after) != 2 {
		t.Error("the promoted key does not sign")
	}
	if last := x.dropped(t); last.Receipt().KeyID != x.fresh.Public || published(last) != 1 {
		t.Error("the dropped key is still there")
	}
}

func TestPhonesThatSubscribedWithAnEarlierKeyAreStillWoken(t *testing.T) {
	t.Parallel()
	x := exchanged(t, keys.WebPush)
	if public, _ := x.after.VAPID(); public != x.fresh.Public {
		t.Error("phones do not subscribe with the promoted key")
	}
	if all := x.after.VAPIDs(); len(all) != 2 || all[1].Public != x.old.Public || all[1].Private == "" {
		t.Errorf("%d keys", len(all))
	}
	for name, s := range map[string]*keys.Set{"before": x.before, "added": x.added, "after": x.after} {
		if s.FirstVAPID().Public != x.old.Public {
			t.Errorf("%s: an address that names no key is not taken for one of the first", name)
		}
	}
	last := x.dropped(t)
	if all := last.VAPIDs(); len(all) != 1 || all[0].Public != x.fresh.Public || last.FirstVAPID() != all[0] {
		t.Errorf("after dropping: %d keys", len(all))
	}
	if dropped := last.DroppedVAPIDs(); !slices.Equal(dropped, []string{x.old.Public}) {
		t.Errorf("dropped are %q", dropped)
	}
}

func TestAKeyThatWritesIsNotDropped(t *testing.T) {
	t.Parallel()
	set := generated(t)
	for _, kind := range keys.Kinds {
		if _, err := set.Drop(writing(t, set, kind)); !errors.Is(err, keys.ErrWrites) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if _, _, err := set.Add("password"); !errors.Is(err, keys.ErrKind) {
		t.Errorf("an unknown kind: %v", err)
	}
}

func TestAKeyIsFoundByHowItsIDBegins(t *testing.T) {
	t.Parallel()
	set, fresh, err := generated(t).Add(keys.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	if k, err := set.Find(fresh.ID[:len(fresh.ID)-1]); err != nil || k.ID != fresh.ID {
		t.Errorf("found %+v, %v", k, err)
	}
	if _, err := set.Find("receipt:"); !errors.Is(err, keys.ErrAmbiguous) {
		t.Errorf("two that begin so: %v", err)
	}
	if _, err := set.Find("receipt:nothing"); !errors.Is(err, keys.ErrUnknown) {
		t.Errorf("none: %v", err)
	}
}

func TestAReplacedKeyFileKeepsItsModeAndItsLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "keys.json"), filepath.Join(dir, "link.json")
	if err := errors.Join(generated(t).Save(file), os.Chmod(file, 0o640), os.Symlink(file, link)); err != nil {
		t.Fatal(err)
	}
	read, err := keys.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	added, _, err := read.Add(keys.Sealing)
	if err != nil {
		t.Fatal(err)
	}
	if err := (*keys.Wrapper)(nil).Replace(t.Context(), added, link); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(file); err != nil || info.Mode() != 0o640 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v", info.Mode(), err)
	}
	loaded, err := keys.Load(file)
	if err != nil || !slices.Equal(loaded.Keys(), added.Keys()) {
		t.Errorf("the file holds other keys, %v", err)
	}
	if err := (*keys.Wrapper)(nil).Replace(t.Context(), added, link); !errors.Is(err, keys.ErrChanged) {
		t.Errorf("over a change of somebody else: %v", err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 2 {
		t.Errorf("left behind: %v, %v", names, err)
	}
}

// The limit of a file's size stands in for a full disk.
func TestAKeyFileThatCannotBeWrittenStaysAsItIs(t *testing.T) {
	if path := os.Getenv(fullDisk); path != "" {
		set, err := keys.Load(path)
		if err == nil {
			set, _, err = set.Add(keys.Receipt)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100, Max: 100}), (*keys.Wrapper)(nil).Replace(t.Context(), set, path)); err == nil {
			t.Fatal("nothing failed")
		}
		return
	}
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := generated(t).Save(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	full := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	full.Env = append(os.Environ(), fullDisk+"="+path)
	if out, err := full.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
		t.Errorf("the file has %d bytes, %v; it had %d", len(after), err, len(before))
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v, %v", names, err)
	}
}

const fullDisk = "JAWORT_TEST_FULL_DISK"

func TestAKeyFileWithOneKeyOfAKindIsRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	set := generated(t)
	if err := set.Save(path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var older map[string]any
	if err := json.Unmarshal(b, &older); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"receipt", "vapid"} {
		older[kind] = older[kind].([]any)[0]
	}
	if b, err = json.Marshal(older); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if loaded, err := keys.Load(path); err != nil || !slices.Equal(loaded.Keys(), set.Keys()) {
		t.Errorf("loaded other keys, %v", err)
	}
}
