package keys_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/jawort/jawort/keys"
)

func generated(t *testing.T) *keys.Set {
	t.Helper()
	set, err := keys.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestWhatIsSealedOpensOnlyForItsPurpose(t *testing.T) {
	t.Parallel()
	set := generated(t)
	sealed, err := set.Seal([]byte("token"), "push")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("token")) {
		t.Error("the sealed bytes show the plaintext")
	}
	if got, err := set.Open(sealed, "push"); err != nil || string(got) != "token" {
		t.Errorf("Open = %q, %v", got, err)
	}
	if _, err := set.Open(sealed, "ticket"); err == nil {
		t.Error("it opened for another purpose")
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := set.Open(sealed, "push"); err == nil {
		t.Error("it opened after a change")
	}
	if _, err := generated(t).Open(sealed, "push"); err == nil {
		t.Error("it opened with another set's key")
	}
}

func TestAMACHoldsOnlyForItsPurposeAndData(t *testing.T) {
	t.Parallel()
	set := generated(t)
	tag, err := set.MAC("nonce", []byte("data"))
	if err != nil {
		t.Fatal(err)
	}
	if err := set.VerifyMAC(tag, "nonce", []byte("data")); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ purpose, data string }{{"token", "data"}, {"nonce", "date"}, {"nonc", "edata"}} {
		if set.VerifyMAC(tag, c.purpose, []byte(c.data)) == nil {
			t.Errorf("it verified for %q, %q", c.purpose, c.data)
		}
	}
}

func TestASavedSetLoadsAndOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	set := generated(t)
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := set.Save(path); err != nil {
		t.Fatal(err)
	}
	loaded, err := keys.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := set.Seal([]byte("x"), "p")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loaded.Open(sealed, "p"); err != nil {
		t.Error(err)
	}
	if set.Receipt().KeyID != loaded.Receipt().KeyID {
		t.Error("the receipt key changed its name")
	}
	if err := set.Save(path); err == nil {
		t.Error("an existing key file was overwritten")
	}
}

func TestAKeyFileThatOthersMayReadIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := generated(t).Save(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Load(path); err == nil || !strings.Contains(err.Error(), "chmod") {
		t.Errorf("Load = %v, want a refusal that says what to do", err)
	}
}

func TestThePublishedReceiptKeyHasNoPrivatePart(t *testing.T) {
	t.Parallel()
	public, err := generated(t).ReceiptPublic()
	if err != nil {
		t.Fatal(err)
	}
	for kid, key := range public {
		if bytes.Contains(key, []byte(`"d"`)) || !bytes.Contains(key, []byte(kid)) {
			t.Errorf("published is %s", key)
		}
	}
}

// oneWay is a key of a service that lets encrypt, and not decrypt.
type oneWay struct{ tink.AEADWithContext }

var errForbidden = errors.New("you may not decrypt")

func (oneWay) EncryptWithContext(_ context.Context, plain, _ []byte) ([]byte, error) {
	return append([]byte("sealed "), plain...), nil
}

func (oneWay) DecryptWithContext(context.Context, []byte, []byte) ([]byte, error) {
	return nil, errForbidden
}

func TestAFileThatWouldNotOpenTakesThePlaceOfNone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	set := generated(t)
	if err := set.Save(path); err != nil {
		t.Fatal(err)
	}
	set, err := keys.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	w := &keys.Wrapper{Key: oneWay{}, URL: "test://key"}
	if err := w.Replace(t.Context(), set, path); !errors.Is(err, errForbidden) || !errors.Is(err, keys.ErrOpens) {
		t.Errorf("replacing it: %v", err)
	}
	if _, err := keys.Load(path); err != nil {
		t.Errorf("the file of before: %v", err)
	}
	fresh := path + ".fresh"
	if err := w.Save(t.Context(), set, fresh); !errors.Is(err, errForbidden) {
		t.Errorf("saving a new one: %v", err)
	}
	if _, err := os.Stat(fresh); err == nil {
		t.Error("a file was left that does not open")
	}
}
